"""What to ask the data manager for, table by table: plain sentences, in English and in Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """The query of one table.

    Attributes
    ----------
    english, chinese : str
    kind : str
        The kind of code lists whose concepts are meant by "those below"; empty where there are none.
    """

    english: str
    chinese: str
    kind: str = ""


QUERIES = {
    "patient": Query(
        "For every patient with a diagnosis of systemic lupus erythematosus or lupus nephritis: a "
        "pseudonym, the same in all tables; sex; date of birth; date of death, where the patient "
        "died in or outside the hospital and it is known. One row per patient.",
        "所有诊断为系统性红斑狼疮或狼疮性肾炎的患者:脱敏后的患者编号(各表一致)、性别、出生日期、"
        "死亡日期(院内或已知的院外死亡)。每位患者一行。",
    ),
    "observation_period": Query(
        "For each of these patients: the first and the last day on which a visit, admission, order "
        "or result is recorded; where a patient is known to have been cared for elsewhere in "
        "between, one row for each stretch.",
        "上述每位患者:在本院有就诊、住院、医嘱或检验记录的第一天和最后一天;"
        "若已知其间在外院诊治,每一段时间各一行。",
    ),
    "prescription": Query(
        "For each of these patients, every order ever of the drugs below, outpatient, inpatient and "
        "at discharge, also before the study: number of the order; generic name and product with "
        "its form and strength; route; date of the order; first and last day, or days of supply; "
        "dose, its unit, and how often a day; quantity dispensed and its unit; whether it was "
        "cancelled, returned or never given, and when it was stopped.",
        "上述每位患者有史以来下列药物的全部医嘱和处方(门诊、住院、出院带药,包括研究期以前):"
        "医嘱或处方号、通用名、商品名、剂型与规格、给药途径、开立日期、开始与停止日期或用药天数、"
        "单次剂量及单位、频次、发药数量及单位、是否作废、退药或未执行、停止时间。",
        "drug",
    ),
    "lab": Query(
        "For each of these patients, every result ever of the tests below, outpatient and inpatient: "
        "name of the test as the laboratory writes it, and its code; specimen; day and time of "
        "sampling; the result exactly as reported, with < or > where it stands there; unit; lower "
        "and upper limit of the reference range.",
        "上述每位患者有史以来下列检验项目的全部结果(门诊和住院):检验项目名称(按检验科原文)及代码、"
        "标本类型、采样日期和时间、结果原文(保留 <、> 等符号)、单位、参考范围下限和上限。",
        "lab",
    ),
    "diagnosis": Query(
        "For each of these patients, every diagnosis ever of the conditions below, outpatient, at "
        "admission and at discharge: code and the version of its classification; text as written, "
        "with words such as suspected or excluded; day of record.",
        "上述每位患者有史以来下列疾病的全部诊断(门诊、入院、出院):诊断编码及编码版本、"
        "诊断名称原文(保留“待排”“排除”等字样)、诊断日期。",
        "diagnosis",
    ),
    "procedure": Query(
        "For each of these patients, every procedure ever of those below: code and the version of "
        "its classification; name; day. Of dialysis every session, or the first and the last.",
        "上述每位患者有史以来下列操作或手术的全部记录:操作编码及编码版本、名称、日期。"
        "透析请给出每次记录,或首次与末次日期。",
        "procedure",
    ),
    "biopsy": Query(
        "For each of these patients, every kidney biopsy ever: day of the biopsy; ISN/RPS class as "
        "reported.",
        "上述每位患者有史以来的全部肾活检:活检日期、病理报告的 ISN/RPS 分型。",
    ),
    "assessment": Query(
        "For each of these patients, every score ever of SLEDAI-2K: day of the assessment; points.",
        "上述每位患者有史以来的全部 SLEDAI-2K 评分:评估日期、总分。",
    ),
}
