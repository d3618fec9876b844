-- Duplicates and superseded files, each with the file that stands in its place
SELECT
    repeated.status,
    repeated.partner,
    repeated.key,
    repeated.uploaded_at,
    standing.key AS standing_key,
    standing.uploaded_at AS standing_uploaded_at,
    standing.status AS standing_status,
    repeated.file_id,
    standing.file_id AS standing_file_id
FROM files AS repeated
LEFT JOIN files AS standing
    ON standing.file_id = coalesce(repeated.duplicate_of, repeated.superseded_by)
WHERE repeated.status IN ('DUPLICATE', 'SUPERSEDED')
ORDER BY repeated.uploaded_at, repeated.key
