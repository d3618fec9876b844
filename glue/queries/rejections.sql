-- What was rejected and why: whole files by code, and rows by field and code
SELECT
    'file' AS rejected,
    partner,
    CAST(NULL AS varchar) AS field,
    detail AS code,
    count(*) AS errors,
    count(*) AS files,
    max(uploaded_at) AS last_seen
FROM files
WHERE status = 'REJECTED'
GROUP BY partner, detail
UNION ALL
SELECT
    'row' AS rejected,
    quarantine.partner,
    quarantine.field,
    quarantine.error_code AS code,
    count(*) AS errors,
    count(DISTINCT quarantine.file_id) AS files,
    max(quarantine.ingested_at) AS last_seen
FROM quarantine
GROUP BY quarantine.partner, quarantine.field, quarantine.error_code
ORDER BY errors DESC, partner, rejected, code, field
