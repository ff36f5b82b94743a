"""Names of tests and diagnoses as hospitals write them."""

import pytest

from lncohort.codes import read_code_lists
from lncohort.mapping.names import Names

NAMES = Names(read_code_lists(), {"lab": {"酶法肌酐": "serum_creatinine"}}, {}, {})


def test_of(name, specimen=""):
    found = NAMES.of_test(None, name, "", specimen)
    return found and found.concept


test_of.__test__ = False


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("肌酐(酶法)", "serum_creatinine"),
        ("血清肌酐测定", "serum_creatinine"),
        ("*肌酐", "serum_creatinine"),
        ("CREA(肌酐)", "serum_creatinine"),
        ("血红蛋白浓度(HGB)", "haemoglobin"),
        ("血小板 PLT", "platelet_count"),
        ("白蛋白ALB", "serum_albumin"),
        ("尿总蛋白(24h)", "urine_protein_24h"),
        ("他克莫司(FK506)", "tacrolimus_trough"),
        ("尿蛋白/肌酐比值", "urine_protein_creatinine_ratio"),
        ("补体3(C3)", "complement_c3"),
        ("急诊-肌酐", "serum_creatinine"),
    ],
)
def test_a_name_is_read_without_method_mark_and_abbreviation(name, concept):
    assert test_of(name) == concept


@pytest.mark.parametrize(
    "name",
    [
        *(
            "肌酐(尿)",
            "尿肌酐(Cr)",
            "血红蛋白(ALB)",
            "白细胞(镜检)",
            "肌酐清除率测定",
            "白蛋白/球蛋白(A/G)",
        ),
        *(
            "补体C3/C4",
            "补体C3d",
            "抗补体C3抗体",
            "血肌酐清除率",
            "24小时尿蛋白/肌酐",
            "24小时尿蛋白电泳",
            "24小时尿蛋白浓度",
            "24小时尿总蛋白浓度",
            "24小时尿蛋白定量/尿肌酐",
            "24小时尿量",
        ),
        *("尿红细胞畸形率", "红细胞平均血红蛋白浓度", "他克莫司峰浓度"),
    ],
)
def test_a_look_alike_is_another_test(name):
    assert test_of(name) not in (
        *("serum_creatinine", "haemoglobin", "serum_albumin", "complement_c3", "urine_protein_24h"),
        *("urine_rbc", "white_cell_count", "tacrolimus_trough"),
    )


@pytest.mark.parametrize("specimen", ["脑脊液", "胸水", "腹腔积液", "腹透液", "粪便", "CSF"])
@pytest.mark.parametrize("name", ["葡萄糖", "白蛋白", "白细胞计数", "肌酐"])
def test_no_test_is_found_in_another_fluid(name, specimen):
    assert test_of(name, specimen) is None


def test_a_spot_urine_is_no_24_hours():
    assert test_of("尿蛋白定量", "24小时尿") == "urine_protein_24h"
    assert test_of("总蛋白", "24h尿液") == "urine_protein_24h"
    assert test_of("尿总蛋白", "24小时尿") == "urine_protein_24h"
    assert test_of("UTP", "24h尿") == "urine_protein_24h"
    assert test_of("UTP", "尿") is None
    assert test_of("尿肌酐", "24h尿") is None
    assert test_of("尿量", "24h尿") is None
    assert test_of("尿蛋白定量", "随机尿") is None
    assert test_of("尿蛋白定量", "晨尿") is None


def test_a_panel_tells_the_fluid_as_a_specimen_does():
    assert test_of("肌酐", "肾功能(尿素、肌酐、尿酸)") == "serum_creatinine"
    assert test_of("肌酐", "尿蛋白/肌酐比值") is None
    assert test_of("蛋白", "24小时尿蛋白定量") == "urine_protein_24h"
    for name in ("尿量", "微量白蛋白", "尿微量白蛋白", "肌酐", "尿蛋白浓度"):
        assert test_of(name, "24小时尿蛋白定量") is None


def test_a_name_of_the_mapping_file_goes_before_all():
    assert test_of("酶法肌酐", "胸水") == "serum_creatinine"


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("系统性红斑狼疮性肾炎", {"systemic_lupus_erythematosus", "lupus_nephritis"}),
        ("系统性红斑狼疮 狼疮性肾炎", {"systemic_lupus_erythematosus", "lupus_nephritis"}),
        ("SLE(LN)", {"systemic_lupus_erythematosus", "lupus_nephritis"}),
        ("LN(IV型)", {"lupus_nephritis"}),
        ("LN-IV", {"lupus_nephritis"}),
        ("LN(IV+V)", {"lupus_nephritis"}),
        ("SLE LN Ⅳ-G(A/C)+Ⅴ型", {"systemic_lupus_erythematosus", "lupus_nephritis"}),
        ("LN III期", set()),
        ("慢性肾脏病5期", {"end_stage_kidney_disease"}),
        ("颈部LN肿大", set()),
        ("LN活检", set()),
    ],
)
def test_a_name_tells_every_diagnosis_in_it(text, concepts):
    assert {found.concept for found in NAMES.all_of_name("diagnosis", text)} == concepts


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("普乐可复(他克莫司胶囊)", "tacrolimus"),
        ("甲基泼尼松龙片", "methylprednisolone"),
        ("mycophenolate mofetil 500 MG", "mycophenolate"),
        ("mycophenolate sodium (Myfortic)", "mycophenolate_sodium"),
        ("mycophenolic acid 360 MG Delayed Release Oral Tablet [Myfortic]", "mycophenolate_sodium"),
        ("他克莫司胶囊 1mg bid；醋酸泼尼松片 30mg qd", None),
        ("环磷酰胺 0.8g+地塞米松 10mg+NS 250ml", None),
    ],
)
def test_a_name_is_of_one_drug_or_of_none(name, concept):
    found = NAMES.of_drug(None, "", name)
    assert (found and found.concept) == concept
