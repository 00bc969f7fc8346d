-- Everything a warning can be about. A lead or slip may name a project or employer that no registry has sent yet: it is
-- a subject all the same, placed where the records that name it say it is; a project of which they do not say so is where its
-- employer is. A project that was permitted and that no
-- registry knows is one by its permit's id.
CREATE TABLE {{snapshot}}.subjects
(
    scope    LowCardinality(String),
    scope_id String,
    name     String,
    township LowCardinality(String),
    county   LowCardinality(String),
    sector   LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (scope, scope_id);

INSERT INTO {{snapshot}}.subjects
WITH
    named AS
    (
        SELECT 'project' AS scope, project_id AS scope_id, name, toString(township) AS township, toString(sector) AS sector, 0 AS hearsay, '' AS record
        FROM {{snapshot}}.projects
        UNION ALL
        SELECT 'employer', employer_uscc, name, toString(township), toString(industry), 0, ''
        FROM {{snapshot}}.employers
        UNION ALL
        SELECT toString(scope), scope_id, '', toString(township), '', 1, id
        FROM {{snapshot}}.leads
        UNION ALL
        SELECT toString(scope), scope_id, '', toString(township), '', 1, id
        FROM {{snapshot}}.proceedings
        UNION ALL
        SELECT 'employer', employer_uscc, '', toString(township), '', 1, id
        FROM {{snapshot}}.proceedings
        UNION ALL
        SELECT 'project', id, name, toString(township), toString(sector), 1, id
        FROM {{snapshot}}.permits
        WHERE NOT known
        UNION ALL
        SELECT DISTINCT toString(scope), scope_id, '', '', '', 2, ''
        FROM {{snapshot}}.pay_lists
        UNION ALL
        SELECT DISTINCT 'project', project_id, '', '', '', 2, ''
        FROM {{snapshot}}.crew_months
        UNION ALL
        SELECT 'project', nameless.project_id, '', toString(employers.township), '', 3, employer_uscc
        FROM
        (
            SELECT DISTINCT project_id, employer_uscc
            FROM {{snapshot}}.worker_months
            WHERE project_id NOT IN (SELECT project_id FROM {{snapshot}}.projects)
            UNION DISTINCT
            SELECT DISTINCT project_id, employer_uscc
            FROM {{snapshot}}.slips
            WHERE project_id != '' AND project_id NOT IN (SELECT project_id FROM {{snapshot}}.projects)
        ) AS nameless
        INNER JOIN {{snapshot}}.employers AS employers USING (employer_uscc)
    )
SELECT
    scope,
    scope_id,
    argMin(name, (hearsay, record)) AS name,
    argMinIf(township, (hearsay, record), township != '') AS township,
    substring(township, 1, 6) AS county,
    argMin(sector, (hearsay, record)) AS sector
FROM named
GROUP BY scope, scope_id;
