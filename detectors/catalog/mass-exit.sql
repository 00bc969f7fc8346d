/*
id: mass-exit
title: {zh: "集中离场", en: "Many leave at once"}
question: {zh: "30天内项目或单位的在册或参保人数是否集中减少（项目完工、冬季停工除外）？", en: "Do many leave an employer or site at once, by registered or insured headcount (project ends and winter stops excepted)?"}
group: foresight
scope: [project, employer]
department: human_resources
basis: [Reg. 38, Labour Contract Law 41]
params:
  window_days: {type: UInt16, unit: days, text: {zh: "观察天数", en: "days looked at"}}
  yellow_people: {type: UInt32, unit: workers, text: {zh: "黄色人数", en: "people for yellow"}}
  yellow_share: {type: Float64, unit: share, text: {zh: "黄色比例", en: "share of the headcount for yellow"}}
  red_people: {type: UInt32, unit: workers, text: {zh: "红色人数", en: "people for red"}}
  red_share: {type: Float64, unit: share, text: {zh: "红色比例", en: "share of the headcount for red"}}
  least_people: {type: UInt32, unit: workers, text: {zh: "按比例预警的最少人数", en: "least people where a share counts"}}
  winter_from: {type: UInt8, unit: count, text: {zh: "冬季停工起始月份", en: "first month of winter stops"}}
  winter_to: {type: UInt8, unit: count, text: {zh: "冬季停工截止月份", en: "last month of winter stops"}}
  spring_festivals: {type: Array(String), unit: date, text: {zh: "各年春节（正月初一）", en: "first days of the Spring Festivals"}}
  festival_days_before: {type: UInt16, unit: days, text: {zh: "春节前不计的天数", en: "days before the Spring Festival that do not count"}}
  festival_days: {type: UInt16, unit: days, text: {zh: "春节前后不计的天数合计", en: "days around the Spring Festival that do not count, in all"}}
levels:
  yellow: {zh: "30天内减少20人，或10%且至少10人", en: "within 30 days 20 people fewer, or 10% and at least 10"}
  red: {zh: "30天内减少50人，或30%且至少10人", en: "within 30 days 50 people fewer, or 30% and at least 10"}
advice:
  zh: 实地了解离场原因和工资结清情况；裁员的，核对是否提前说明、听取意见并报告（劳动合同法第41条）。
  en: "Find out on site why they left and whether they were paid in full; for dismissals, whether they were announced and reported (Labour Contract Law 41)."
evidence:
  - {name: left_people, unit: workers, label: {zh: "减少人数", en: "people fewer"}}
  - {name: headcount_before, unit: workers, label: {zh: "原有人数", en: "headcount before"}}
  - {name: headcount_now, unit: workers, label: {zh: "现有人数", en: "headcount now"}}
  - {name: left_share, unit: share, label: {zh: "占比", en: "share"}}
  - name: counted_by
    unit: text
    label: {zh: "人数来源", en: "counted by"}
    words:
      registered: {zh: 实名登记, en: real-name registrations}
      insured: {zh: 社保参保人数, en: insured headcount}
  - {name: last_left_on, unit: date, label: {zh: "最近离场日", en: "last left on"}}
  - {name: records, unit: records, label: {zh: "登记或信号记录", en: "registrations or signals"}}
*/
-- Who left and was replaced leaves the headcount as it is, so no more are counted than it fell by. Days around the Spring Festival
-- do not count, nor does a site that is suspended in winter or at its end. Insured headcount is told by the month.
WITH
    {as_of:Date} - {window_days:UInt16} AS day_before,
    arrayMap(day -> toDate(day), {spring_festivals:Array(String)}) AS festivals,
    leavers AS
    (
        SELECT
            project_id,
            if(project_id = '', employer_uscc, '') AS employer
        FROM registrations
        WHERE left_on > day_before AND left_on <= {as_of:Date}
        GROUP BY project_id, employer
        HAVING uniqExact(worker_key) >= least({least_people:UInt32}, {yellow_people:UInt32})
    ),
    people AS
    (
        SELECT
            project_id,
            if(project_id = '', employer_uscc, '') AS employer,
            worker_key,
            max(entered_on <= day_before AND ifNull(left_on > day_before, true)) AS was_there,
            max(entered_on <= {as_of:Date} AND ifNull(left_on > {as_of:Date}, true)) AS is_there,
            maxIf(assumeNotNull(left_on), left_on <= {as_of:Date}) AS gone_on,
            argMaxIf(id, assumeNotNull(left_on), left_on <= {as_of:Date}) AS record,
            was_there AND NOT is_there
                AND NOT arrayExists(festival -> gone_on >= festival - {festival_days_before:UInt16} AND gone_on < festival - {festival_days_before:UInt16} + {festival_days:UInt16}, festivals) AS counts
        FROM registrations
        WHERE (project_id, if(project_id = '', employer_uscc, '')) IN (SELECT project_id, employer FROM leavers)
        GROUP BY project_id, employer, worker_key
    ),
    registered AS
    (
        SELECT
            project_id,
            employer,
            countIf(was_there) AS before,
            countIf(is_there) AS now,
            countIf(counts) AS gone,
            minIf(gone_on, counts) AS first_gone_on,
            maxIf(gone_on, counts) AS last_gone_on,
            arraySlice(arraySort(groupArrayIf(record, counts)), 1, 20) AS records
        FROM people
        GROUP BY project_id, employer
    ),
    insured AS
    (
        SELECT
            employer_uscc,
            any(last.latest) AS last_month,
            maxIf(value, month = last.latest) AS now,
            maxIf(value, month = addMonths(last.latest, -1)) AS before,
            groupArray(id) AS records
        FROM signals
        INNER JOIN
        (
            SELECT employer_uscc, max(signals.month) AS latest
            FROM signals
            WHERE indicator = 'insured_headcount' AND month <= {as_of:Date}
            GROUP BY employer_uscc
            HAVING latest >= addMonths(toStartOfMonth({as_of:Date}), -1)
        ) AS last USING (employer_uscc)
        WHERE indicator = 'insured_headcount' AND month <= last.latest AND month >= addMonths(last.latest, -1)
        GROUP BY employer_uscc
    ),
    falls AS
    (
        SELECT
            if(registered.project_id = '', 'employer', 'project') AS scope,
            if(registered.project_id = '', registered.employer, registered.project_id) AS scope_id,
            'registered' AS counted_by,
            toInt64(before) AS headcount_before,
            toInt64(now) AS headcount_now,
            least(toInt64(gone), headcount_before - headcount_now) AS fewer,
            first_gone_on AS first_on,
            toNullable(last_gone_on) AS last_on,
            registered.records AS ids
        FROM registered
        LEFT JOIN projects ON projects.project_id = registered.project_id
        WHERE registered.project_id = ''
            OR projects.active AND ifNull(projects.completed_on > {as_of:Date} + {window_days:UInt16}, true)
                AND NOT (projects.status = 'suspended' AND (toMonth({as_of:Date}) >= {winter_from:UInt8} OR toMonth({as_of:Date}) <= {winter_to:UInt8}))
        UNION ALL
        SELECT
            'employer',
            employer_uscc,
            'insured',
            toInt64(before),
            toInt64(now),
            toInt64(before) - toInt64(now),
            last_month,
            NULL,
            insured.records
        FROM insured
        WHERE before > now
    )
SELECT
    falls.scope AS scope,
    falls.scope_id AS scope_id,
    subjects.township AS township,
    if(left_people >= {red_people:UInt32} OR left_people >= {least_people:UInt32} AND left_share >= {red_share:Float64}, 'red', 'yellow') AS level,
    falls.first_on AS since,
    left_people AS workers,
    0 AS amount_fen,
    left_share AS score,
    falls.fewer AS left_people,
    headcount_before,
    headcount_now,
    left_people / headcount_before AS left_share,
    counted_by,
    falls.last_on AS last_left_on,
    falls.ids AS records
FROM falls
LEFT JOIN subjects ON subjects.scope = falls.scope AND subjects.scope_id = falls.scope_id
LEFT JOIN employers ON falls.scope = 'employer' AND employers.employer_uscc = falls.scope_id
WHERE (left_people >= {yellow_people:UInt32} OR left_people >= {least_people:UInt32} AND left_share >= {yellow_share:Float64})
    AND employers.status NOT IN ('dissolved', 'revoked')
ORDER BY level = 'red' DESC, left_people DESC, counted_by ASC
LIMIT 1 BY scope, scope_id
