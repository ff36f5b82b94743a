SELECT
    printf('RX%010d', i) AS "处方号",
    printf('%08d', CAST(hash(i, 1) % $patients AS BIGINT)) AS "病人ID",
    ['他克莫司胶囊', '吗替麦考酚酯胶囊', '硫酸羟氯喹片', '醋酸泼尼松片', '阿司匹林肠溶片'][
        1 + CAST(hash(i, 2) % 5 AS INTEGER)
    ] AS "药品名称",
    ['0.5mg*50粒', '0.25g*40粒', '0.1g*14片', '5mg*100片', '100mg*30片'][
        1 + CAST(hash(i, 2) % 5 AS INTEGER)
    ] AS "规格",
    ['1粒 bid', '2粒 每日两次', '1片 qd', '2片 q12h', '必要时'][
        1 + CAST(hash(i, 3) % 5 AS INTEGER)
    ] AS "用法",
    CASE WHEN hash(i, 4) % 200 = 0 THEN '-1' ELSE CAST(1 + hash(i, 4) % 4 AS VARCHAR) END AS "数量",
    '盒' AS "单位",
    CAST(DATE '2010-01-01' + CAST(hash(i, 5) % 4000 AS INTEGER) AS VARCHAR) AS "开方日期"
FROM range($rows) AS prescription (i)
