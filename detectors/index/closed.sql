-- What inspectors closed with a supervisor's approval, by subject.
SELECT
    if(project_id != '', 'project', 'employer') AS scope,
    if(project_id != '', project_id, employer_uscc) AS scope_id,
    count() AS closures
FROM closures
GROUP BY scope, scope_id
