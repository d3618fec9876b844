SELECT
    file_totals.currency,
    file_totals.partner,
    sum(file_totals.transactions) AS transactions,
    sum(file_totals.total) AS total
FROM file_totals
JOIN files ON files.file_id = file_totals.file_id
WHERE files.uploaded_date BETWEEN DATE '$first' AND DATE '$last'
    AND file_totals.uploaded_date BETWEEN DATE '$first' AND DATE '$last'
    AND files.status = 'COMPLETED'
    AND files.partner <> '$not_a_bank'
-- A sum of all partners too, whose partner is NULL: here it is exact
GROUP BY GROUPING SETS ((file_totals.currency, file_totals.partner), (file_totals.currency))
ORDER BY file_totals.currency, file_totals.partner NULLS LAST
