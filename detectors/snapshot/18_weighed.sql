-- What each feature of a subject weighs by the scorecard, and the odds that their sum comes to. known: the records tell its value.
CREATE TABLE {{snapshot}}.weighed
(
    scope    LowCardinality(String),
    scope_id String,
    feature  LowCardinality(String),
    known    Bool,
    value    Float64,
    points   Float64
)
ENGINE = MergeTree
ORDER BY (scope, scope_id, feature);

INSERT INTO {{snapshot}}.weighed
WITH told AS
(
    SELECT
        scope,
        scope_id,
        told.1 AS feature,
        ifNull(isFinite(told.2), false) AS known,
        if(known, assumeNotNull(told.2), 0) AS value
    FROM {{snapshot}}.risk_subjects
    ARRAY JOIN
        [
            ('projected', projected),
            ('left', left),
            ('overdue_funding', overdue_funding),
            ('unfunded', unfunded),
            ('shrinking', shrinking),
            ('behind', behind),
            ('behind_rise', behind_rise),
            ('behind_habit', behind_habit),
            ('topped_up', topped_up),
            ('taken_out', taken_out),
            ('overdue', overdue),
            ('late', late),
            ('late_rise', late_rise),
            ('crew', crew),
            ('unlisted', unlisted),
            ('unbooked', unbooked),
            ('leads', leads),
            ('lead_money', lead_money),
            ('adverse', adverse),
            ('power', power),
            ('insured', insured),
            ('contractor_owing', contractor_owing),
            ('contractor_late', contractor_late),
            ('contractor_short', contractor_short),
            ('contractor_topped_up', contractor_topped_up),
            ('contractor_taken_out', contractor_taken_out),
            ('developer_overdue', developer_overdue),
            ('developer_rise', developer_rise),
            ('developer_owing', developer_owing),
            ('feeds_missing', feeds_missing)
        ] AS told
)
SELECT
    told.scope,
    told.scope_id,
    told.feature,
    told.known,
    told.value,
    scorecard.points
FROM told
INNER JOIN {{snapshot}}.scorecard AS scorecard ON scorecard.scope = told.scope AND scorecard.feature = told.feature
WHERE scorecard.other = ''
    AND if(told.known, NOT scorecard.missing AND told.value >= scorecard.low AND told.value < scorecard.high, scorecard.missing);

CREATE TABLE {{snapshot}}.odds
(
    scope     LowCardinality(String),
    scope_id  String,
    odds      Float64,
    scorecard String
)
ENGINE = MergeTree
ORDER BY (scope, scope_id);

INSERT INTO {{snapshot}}.odds
WITH
    alone AS
    (
        SELECT
            scope,
            scope_id,
            sum(weighed.points) AS points
        FROM {{snapshot}}.weighed AS weighed
        GROUP BY scope, scope_id
    ),
    -- for two features together
    paired AS
    (
        SELECT
            one.scope AS scope,
            one.scope_id AS scope_id,
            sum(scorecard.points) AS points
        FROM {{snapshot}}.weighed AS one
        INNER JOIN {{snapshot}}.scorecard AS scorecard ON scorecard.scope = one.scope AND scorecard.feature = one.feature
        INNER JOIN {{snapshot}}.weighed AS two ON two.scope = one.scope AND two.scope_id = one.scope_id AND two.feature = scorecard.other
        WHERE scorecard.other != '' AND one.known AND two.known AND one.value >= scorecard.low AND one.value < scorecard.high
            AND two.value >= scorecard.other_low AND two.value < scorecard.other_high
        GROUP BY scope, scope_id
    )
SELECT
    alone.scope,
    alone.scope_id,
    1 / (1 + exp(-(base.points + alone.points + paired.points))) AS odds,
    base.id AS scorecard
FROM alone
INNER JOIN {{snapshot}}.scorecard AS base ON base.scope = alone.scope
LEFT JOIN paired ON paired.scope = alone.scope AND paired.scope_id = alone.scope_id
WHERE base.feature = '';
