-- How many transactions, and what sums, by day, partner and currency
SELECT
    booking_date,
    partner,
    currency,
    count(*) AS transactions,
    sum(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS credits,
    sum(CASE WHEN amount < 0 THEN amount ELSE 0 END) AS debits,
    sum(amount) AS total
FROM ledger
GROUP BY booking_date, partner, currency
ORDER BY booking_date, partner, currency
