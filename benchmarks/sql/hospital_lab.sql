SELECT
    printf('%08d', CAST(hash(i, 1) % $patients AS BIGINT)) AS "病人ID",
    ['肌酐', '24小时尿蛋白定量', '白蛋白', '补体C3', '补体C4', '血红蛋白', '钾', '葡萄糖', '乳酸', '总胆红素'][
        1 + CAST(hash(i, 2) % 10 AS INTEGER)
    ] AS "项目",
    CASE WHEN hash(i, 2) % 10 = 1 THEN '24小时尿' ELSE '血清' END AS "标本",
    strftime(
        TIMESTAMP '2010-01-01 08:00:00' + to_minutes(CAST(hash(i, 3) % 6000000 AS BIGINT)),
        '%Y-%m-%d %H:%M:%S'
    ) AS "采样时间",
    CASE
        WHEN hash(i, 4) % 100 = 0 THEN '<0.15'
        WHEN hash(i, 4) % 100 = 1 THEN '见报告'
        ELSE printf('%.1f', (hash(i, 5) % 2000) / 10.0)
    END AS "结果",
    ['μmol/L', 'g/24h', 'g/L', 'g/L', 'g/L', 'g/L', 'mmol/L', 'mmol/L', 'mmol/L', 'umol/L'][
        1 + CAST(hash(i, 2) % 10 AS INTEGER)
    ] AS "单位",
    '0-100' AS "参考范围"
FROM range($rows) AS result (i)
