SELECT
    printf('%08d', i) AS "病人ID",
    CASE WHEN i % 10 = 0 THEN '男' ELSE '女' END AS "性别",
    CAST(DATE '1950-01-01' + CAST(hash(i) % 18000 AS INTEGER) AS VARCHAR) AS "出生日期"
FROM range($patients) AS patient (i)
