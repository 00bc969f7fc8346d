-- Projects that were permitted, as the approving departments say. known: the permit names a registered project, or a registered one has the
-- same developer and general contractor and was signed for within 180 days of the permit, before it or after; known_project_id is that
-- project, the nearest in time of several. Of a permit that names no contractor the developer has to do.
CREATE TABLE {{snapshot}}.permits
(
    source           LowCardinality(String),
    id               String,
    name             String,
    township         LowCardinality(String),
    county           LowCardinality(String),
    sector           LowCardinality(String),
    developer_uscc   String,
    contractor_uscc  String,
    permit_on        Date,
    contract_fen     Nullable(Int64),
    project_id       String,
    known            Bool,
    known_project_id String
)
ENGINE = MergeTree
ORDER BY (source, id);

INSERT INTO {{snapshot}}.permits
WITH
    versions AS
    (
        SELECT
            source,
            id,
            name,
            township,
            sector,
            developer_uscc,
            contractor_uscc,
            permit_on,
            contract_fen,
            project_id
        FROM permits
        WHERE recorded_at < {end:DateTime64(3, 'UTC')}
        ORDER BY version DESC, recorded_at ASC
        LIMIT 1 BY source, id
    ),
    alike AS
    (
        SELECT
            versions.source AS source,
            versions.id AS id,
            argMin(projects.project_id, (abs(dateDiff('day', versions.permit_on, projects.contract_signed_on)), projects.project_id)) AS project_id
        FROM versions
        INNER JOIN {{snapshot}}.projects AS projects ON projects.developer_uscc = versions.developer_uscc
        WHERE versions.contractor_uscc IN ('', projects.contractor_uscc)
            AND abs(dateDiff('day', versions.permit_on, projects.contract_signed_on)) <= 180
        GROUP BY source, id
    )
SELECT
    versions.source,
    versions.id,
    name,
    township,
    substring(township, 1, 6) AS county,
    sector,
    developer_uscc,
    contractor_uscc,
    permit_on,
    contract_fen,
    versions.project_id,
    known_project_id != '' AS known,
    if(versions.project_id IN (SELECT project_id FROM {{snapshot}}.projects), versions.project_id, alike.project_id) AS known_project_id
FROM versions
LEFT JOIN alike ON alike.source = versions.source AND alike.id = versions.id;
