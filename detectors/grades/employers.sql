-- What is on record against each employer there is: registered, general contractor of a project, or party of a proceeding
-- or lead. findings: by lead, so that an order and the decision after it are one. refused: orders that ran out without
-- being obeyed, however old. sites: its active projects as general contractor.
WITH
    acts AS
    (
        SELECT
            employer_uscc,
            township,
            id,
            if(complaint_id = '', concat(source, '/', id), complaint_id) AS matter,
            has({finding_kinds:Array(String)}, kind) AND NOT has({void_outcomes:Array(String)}, outcome) AND opened_on <= {as_of:Date} AS holds,
            holds AND opened_on > {as_of:Date} - {window_days:UInt16} AS found,
            holds AND ifNull(due_on < {as_of:Date}, false) AND outcome != 'fulfilled' AS unmet,
            kind = 'criminal_referral' AND outcome = 'convicted'
                AND ifNull(closed_on, opened_on) > {as_of:Date} - {window_days:UInt16} AND ifNull(closed_on, opened_on) <= {as_of:Date} AS convicted
        FROM proceedings
        WHERE employer_uscc != ''
    ),
    incidents AS
    (
        SELECT
            arrayJoin(arrayDistinct(arrayFilter(uscc -> uscc != '', [leads.employer_uscc, projects.contractor_uscc]))) AS employer_uscc,
            leads.township AS township,
            leads.id AS id
        FROM leads
        LEFT JOIN projects USING (project_id)
        WHERE incident IN ('group', 'extreme')
            AND leads.status != 'rejected'
            AND received_on > {as_of:Date} - {window_days:UInt16} AND received_on <= {as_of:Date}
    ),
    works AS
    (
        SELECT
            contractor_uscc AS employer_uscc,
            any(contractor_name) AS contractor_name,
            min(toString(projects.township)) AS township,
            groupArray(project_id) AS sites,
            sum(on_site.workers) AS workers
        FROM projects
        LEFT JOIN on_site USING (project_id)
        WHERE active
        GROUP BY employer_uscc
    ),
    against AS
    (
        SELECT
            employer_uscc,
            min(place) AS township,
            uniqExactIf(matter, found) AS findings,
            countIf(incident) AS incidents,
            countIf(unmet) AS refused,
            countIf(convicted) AS convictions,
            arraySlice(arraySort(groupUniqArrayIf(id, found OR incident OR unmet OR convicted)), 1, 20) AS records
        FROM
        (
            SELECT employer_uscc, toString(township) AS place, id, matter, found, unmet, convicted, false AS incident
            FROM acts
            UNION ALL
            SELECT employer_uscc, toString(township), id, '', false, false, false, true
            FROM incidents
        )
        GROUP BY employer_uscc
    ),
    everyone AS
    (
        SELECT employer_uscc
        FROM employers
        UNION DISTINCT
        SELECT employer_uscc
        FROM works
        UNION DISTINCT
        SELECT employer_uscc
        FROM against
    )
SELECT
    employer_uscc,
    multiIf(employers.name != '', employers.name, works.contractor_name != '', works.contractor_name, employer_uscc) AS name,
    multiIf(employers.township != '', toString(employers.township), works.township != '', works.township, against.township) AS township,
    substring(township, 1, 6) AS county,
    toUInt32(against.findings) AS findings,
    toUInt32(against.incidents) AS incidents,
    toUInt32(against.refused) AS refused,
    toUInt32(against.convictions) AS convictions,
    against.records AS records,
    works.sites AS sites,
    toUInt32(if(empty(works.sites), ifNull(employers.headcount, 0), works.workers)) AS workers
FROM everyone
LEFT JOIN employers USING (employer_uscc)
LEFT JOIN works USING (employer_uscc)
LEFT JOIN against USING (employer_uscc)
WHERE employer_uscc != ''
ORDER BY employer_uscc
