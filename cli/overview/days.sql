SELECT
    uploaded_date AS day,
    partner,
    count(*) AS files,
    sum(CASE WHEN status = 'COMPLETED' THEN 1 ELSE 0 END) AS completed,
    sum(CASE WHEN status = 'REJECTED' THEN 1 ELSE 0 END) AS rejected,
    sum(CASE WHEN status = 'FAILED' THEN 1 ELSE 0 END) AS failed,
    sum(CASE WHEN date_diff('second', uploaded_at, done_at) > $late_seconds THEN 1 ELSE 0 END) AS late,
    sum(CASE WHEN status = 'COMPLETED' THEN rows_accepted ELSE 0 END) AS rows_published,
    sum(CASE WHEN status = 'COMPLETED' THEN rows_rejected ELSE 0 END) AS rows_rejected
FROM files
WHERE uploaded_date BETWEEN DATE '$first' AND DATE '$last' AND partner <> '$not_a_bank'
GROUP BY uploaded_date, partner
