-- Transactions that stand under two booking dates of the last 62 days: the same id and money, so that they may count twice
WITH told AS (
    SELECT
        *,
        min(booking_date) OVER same_id <> max(booking_date) OVER same_id AS moved
    FROM ledger
    WHERE booking_date >= current_date - INTERVAL '62' DAY
        -- An id that was made of the row itself, a hash and its occurrence, is another one under another date
        AND coalesce(regexp_extract(transaction_id, '(^|-)[0-9a-f]{64}-[0-9]+$'), '') = ''
    WINDOW same_id AS (PARTITION BY partner, account_id, transaction_id, amount, currency)
)
SELECT
    partner,
    account_id,
    transaction_id,
    amount,
    currency,
    booking_date,
    ingested_at,
    source_line,
    file_id
FROM told
WHERE moved
ORDER BY partner, account_id, transaction_id, ingested_at DESC
