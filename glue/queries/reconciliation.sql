-- Reconcile by file and currency: what the audit table promises, and what can be read; AGREES or DIFFERS
WITH promised AS (
    SELECT files.file_id, files.partner, file_totals.currency, file_totals.transactions, file_totals.total
    FROM files
    JOIN file_totals ON file_totals.file_id = files.file_id
    WHERE files.status = 'COMPLETED'
),
readable AS (
    SELECT file_id, partner, currency, count(*) AS transactions, sum(amount) AS total
    FROM transactions
    GROUP BY file_id, partner, currency
)
SELECT
    CASE
        WHEN promised.transactions = readable.transactions AND promised.total = readable.total THEN 'AGREES'
        ELSE 'DIFFERS'
    END AS verdict,
    coalesce(promised.partner, readable.partner) AS partner,
    coalesce(promised.currency, readable.currency) AS currency,
    promised.transactions AS promised_transactions,
    readable.transactions AS readable_transactions,
    promised.total AS promised_total,
    readable.total AS readable_total,
    coalesce(promised.file_id, readable.file_id) AS file_id
FROM promised
FULL OUTER JOIN readable
    ON readable.file_id = promised.file_id AND readable.currency = promised.currency
ORDER BY verdict DESC, partner, file_id, currency
