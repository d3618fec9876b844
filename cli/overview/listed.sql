WITH told AS (
    SELECT
        file_id,
        partner,
        key,
        status,
        detail,
        uploaded_at,
        date_diff('second', uploaded_at, done_at) > $late_seconds AS late,
        rows_accepted,
        rows_rejected,
        report
    FROM files
    WHERE uploaded_date BETWEEN DATE '$first' AND DATE '$last' AND partner <> '$not_a_bank'
),
judged AS (
    SELECT
        *,
        late OR status IN ('REJECTED', 'FAILED') OR (status = 'COMPLETED' AND rows_rejected > 0) AS noteworthy
    FROM told
)
SELECT *
FROM judged
ORDER BY noteworthy DESC, uploaded_at DESC, file_id
LIMIT $limit
