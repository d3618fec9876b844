-- Transactions that stand in more than one file, with the files: the SAME, or a CONFLICT of amount or currency
WITH compared AS (
    SELECT
        *,
        min(file_id) OVER same_transaction <> max(file_id) OVER same_transaction AS overlaps,
        min(amount) OVER same_transaction <> max(amount) OVER same_transaction
            OR min(currency) OVER same_transaction <> max(currency) OVER same_transaction AS differs
    FROM transactions
    WINDOW same_transaction AS (PARTITION BY partner, account_id, booking_date, transaction_id)
)
SELECT
    CASE WHEN compared.differs THEN 'CONFLICT' ELSE 'SAME' END AS verdict,
    compared.partner,
    compared.account_id,
    compared.booking_date,
    compared.transaction_id,
    compared.amount,
    compared.currency,
    CASE WHEN ledger.file_id IS NULL THEN 'no' ELSE 'yes' END AS in_ledger,
    files.key,
    compared.ingested_at,
    compared.source_line,
    compared.file_id
FROM compared
LEFT JOIN ledger
    ON ledger.partner = compared.partner
    AND ledger.account_id IS NOT DISTINCT FROM compared.account_id
    AND ledger.booking_date = compared.booking_date
    AND ledger.transaction_id = compared.transaction_id
    AND ledger.file_id = compared.file_id
    AND ledger.source_line = compared.source_line
LEFT JOIN files ON files.file_id = compared.file_id
WHERE compared.overlaps
ORDER BY verdict, compared.partner, compared.account_id, compared.booking_date, compared.transaction_id, in_ledger DESC,
    compared.ingested_at DESC, compared.file_id
