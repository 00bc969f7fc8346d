/*
id: site-duties-missing
title: {zh: "现场制度未落实", en: "Site duties missing"}
question: {zh: "维权信息告示牌、劳资专管员、工程款支付担保是否落实？", en: "Are notice board, labour officer and payment guarantee in place?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 24, Reg. 28, Reg. 34]
params: {}
levels:
  yellow: {zh: "开工后缺少任一项", en: "any of them missing after the start"}
advice:
  zh: "现场查看告示牌，核实劳资专管员在岗，查验支付担保文件。"
  en: "Look at the board on site, check that the officer is there, and see the guarantee."
evidence:
  - {name: missing, unit: text, codes: site_duty, label: {zh: "缺失项", en: "missing"}}
  - {name: started_on, unit: date, label: {zh: "开工日", en: "started on"}}
*/
SELECT
    begun.project_id AS scope_id,
    township,
    'yellow' AS level,
    first_day AS since,
    on_site.workers AS workers,
    0 AS amount_fen,
    length(missing) / 3 AS score,
    arrayFilter
    (
        duty -> duty != '',
        [if(notice_board, '', 'notice_board'), if(labor_officer, '', 'labor_officer'), if(payment_guarantee, '', 'payment_guarantee')]
    ) AS missing,
    first_day AS started_on
FROM
(
    -- a project that is building has started, whether or not its registry says when
    SELECT
        *,
        assumeNotNull(if(projects.started_on IS NULL AND status = 'building', ifNull(permit_on, contract_signed_on), projects.started_on)) AS first_day
    FROM projects
    WHERE active AND (projects.started_on <= {as_of:Date} OR projects.started_on IS NULL AND status = 'building')
) AS begun
LEFT JOIN on_site ON on_site.project_id = begun.project_id
WHERE notEmpty(missing)
