-- Files that took longer than $service_level_minutes minutes from upload to outcome, or had to be tried again
SELECT
    partner,
    key,
    status,
    uploaded_at,
    done_at,
    changed_at,
    date_diff('second', uploaded_at, done_at) AS seconds_to_outcome,
    attempts,
    file_id
FROM files
WHERE date_diff('second', uploaded_at, done_at) > $service_level_minutes * 60 OR attempts > 1
ORDER BY seconds_to_outcome DESC, uploaded_at
