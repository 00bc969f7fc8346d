/*
id: account-not-opened
title: {zh: "工资专户未开立", en: "Wage account not opened"}
question: {zh: "是否按时开立农民工工资专用账户？", en: "Is there a wage account in time?"}
group: safeguards
scope: [project]
department: sector
basis: [Reg. 26, Reg. 55, MOHRSS 2021 No. 53]
params:
  yellow_days: {type: UInt16, unit: days, text: {zh: "签约后预警天数", en: "days after signing until yellow"}}
  red_days: {type: UInt16, unit: days, text: {zh: "法定开户期限", en: "days after signing allowed by law"}}
levels:
  yellow: {zh: "签订施工合同满21天仍未开户", en: "21 days after signing and no account"}
  red: {zh: "签订施工合同超过30天仍未开户，或在建期间销户", en: "more than 30 days after signing and no account, or closed while the project is active"}
advice:
  zh: 核对施工合同签订日期与银行开户证明；确认工资专户是否与银行报送一致。
  en: Compare the signing date with the bank's certificate; check whether the account exists but was not reported.
evidence:
  - {name: contract_signed_on, unit: date, label: {zh: "合同签订日", en: "contract signed on"}}
  - {name: days_since_signing, unit: days, label: {zh: "签约至今", en: "days since signing"}}
  - {name: account_closed_on, unit: date, label: {zh: "专户销户日", en: "account closed on"}}
*/
SELECT
    project_id AS scope_id,
    township,
    if(days_since_signing > {red_days:UInt16}, 'red', 'yellow') AS level,
    greatest(contract_signed_on + {yellow_days:UInt16}, ifNull(account_closed_on, toDate(0))) AS since,
    on_site.workers AS workers,
    0 AS amount_fen,
    least(days_since_signing / (4 * {red_days:UInt16}), 1) AS score,
    contract_signed_on,
    days_since_signing,
    account_closed_on
FROM
(
    SELECT
        project_id,
        township,
        contract_signed_on,
        if(account_closed_on <= {as_of:Date}, account_closed_on, NULL) AS account_closed_on,
        dateDiff('day', contract_signed_on, {as_of:Date}) AS days_since_signing
    FROM projects
    WHERE active
        AND (account_opened_on IS NULL OR account_opened_on > {as_of:Date} OR ifNull(account_closed_on <= {as_of:Date}, false))
        AND days_since_signing >= {yellow_days:UInt16}
) AS unopened
LEFT JOIN on_site USING (project_id)
