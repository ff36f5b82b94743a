"""What the texts of an order say together: the dose, and what only looks like one."""

import pytest

from lncohort.codes import read_code_lists
from lncohort.mapping.names import Names
from lncohort.mapping.orders import read_order, read_route

NAMES = Names(read_code_lists(), {}, {}, {})
TEXTS = (
    *("drug", "code", "strength", "dose", "dose_unit", "frequency", "directions", "quantity_unit"),
    "route",
)


def order(decimal_mark=".", **texts):
    return read_order(NAMES, None, decimal_mark, {}, **dict.fromkeys(TEXTS, "") | texts)


@pytest.mark.parametrize(
    ("texts", "daily"),
    [
        ({"dose": "1mg", "directions": "口服 bid"}, 2),
        ({"dose": "2", "dose_unit": "粒", "frequency": "Q12H(8-20)"}, 2),
        ({"dose": "1mg", "frequency": "bid", "directions": "饭前服"}, 2),
        ({"dose": "1mg", "frequency": "bid", "directions": "3mg qd"}, 2),
        ({"dose": "1mg", "directions": "遵医嘱"}, None),
    ],
)
def test_an_amount_and_its_frequency_are_read_from_two_columns(texts, daily):
    assert order(drug="他克莫司胶囊 0.5mg*50粒", **texts).daily_mg == daily


@pytest.mark.parametrize("frequency", ["一次", "1次", "单次", "ST!", "once"])
def test_once_in_a_column_of_frequencies_is_once(frequency):
    read = order(drug="注射用环磷酰胺 0.2g", dose="4支", frequency=frequency)
    assert (read.is_single, read.take_mg) == (True, 800)


@pytest.mark.parametrize(
    ("texts", "take", "takes"),
    [
        ({"drug": "环磷酰胺针 0.8g ivgtt st"}, 800, None),
        ({"drug": "骁悉 0.5g bid"}, 500, 2),
        ({"drug": "环磷酰胺针 0.8g+NS 500ml ivgtt st"}, 800, None),
        ({"drug": "环磷酰胺 0.6g+0.9%氯化钠注射液 250ml 静滴", "frequency": "ONCE"}, 600, None),
        ({"drug": "NS 250ml+环磷酰胺 0.8g", "frequency": "st"}, 800, None),
        ({"drug": "0.9%氯化钠注射液 250ml+注射用环磷酰胺0.6g", "frequency": "qd"}, 600, 1),
    ],
)
def test_a_dose_in_a_name_is_one_where_a_frequency_or_a_diluent_says_so(texts, take, takes):
    read = order(**texts)
    assert (read.take_mg, read.takes_per_day) == (take, takes)
    assert read.mg_per_quantity is None  # the amount is a dose, and no strength


@pytest.mark.parametrize(
    "texts",
    [
        {"drug": "注射用环磷酰胺 0.2g", "frequency": "st"},
        {"drug": "环磷酰胺针 0.8g", "frequency": "st"},
        {"drug": "骁悉 0.5g bid", "frequency": "tid"},
        {"drug": "NS 250ml+环磷酰胺 0.8g+美司钠 0.4g", "frequency": "st"},
        {"drug": "NS 250ml+环磷酰胺 0.8g"},
    ],
)
def test_an_amount_in_a_name_that_may_be_a_strength_is_no_dose(texts):
    assert order(**texts).take_mg is None


def test_a_column_of_doses_goes_before_the_name():
    read = order(drug="环磷酰胺 0.2g st", dose="0.6g", frequency="st")
    assert read.take_mg == 600


@pytest.mark.parametrize("drug", ["他克莫司血药浓度测定", "FK506浓度", "环孢素A浓度监测(血药)"])
def test_an_order_for_a_level_is_none_of_the_drug(drug):
    assert order(drug=drug).found is None
    assert order(drug="他克莫司胶囊(监测血药浓度)").found.concept == "tacrolimus"


@pytest.mark.parametrize(
    ("text", "route"),
    [
        *[(text, "iv") for text in ("静点", "IV.GTT", "静滴(慢)", "iv drip", "入壶", "i.v.")],
        *[(text, "oral") for text in ("po ac", "po(tid)", "口 服", "冲服", "饭后服", "p.o.")],
        *[(text, "other") for text in ("膀胱灌注", "雾化吸入", "含服", "ih")],
        *[(text, None) for text in ("", "其他", "注射", "口服或静滴", "spoon")],
    ],
)
def test_route_of_a_text(text, route):
    assert read_route(text) == route


@pytest.mark.parametrize(
    ("texts", "route"),
    [
        ({"drug": "纷乐", "strength": "100mg*14片"}, "oral"),
        ({"drug": "纷乐", "directions": "2片 qd"}, "oral"),
        ({"drug": "纷乐", "strength": "100mg*14片", "route": "外用"}, "other"),
        ({"drug": "环磷酰胺", "strength": "0.2g*1支"}, None),
        ({"drug": "环磷酰胺针", "strength": "0.2g", "directions": "4片"}, "iv"),
    ],
)
def test_what_is_counted_in_tablets_is_taken_by_mouth_where_nothing_else_is_told(texts, route):
    assert order(**texts).route == route


@pytest.mark.parametrize(
    ("text", "route"),
    [
        *((text, "oral") for text in ("ORALE", "peroral", "VO", "v.o.", "vía oral", "voie orale")),
        *(
            (text, "iv")
            for text in ("intraveineuse", "intravenös", "EV", "endovenosa", "perfusion")
        ),
        *((text, "other") for text in ("sous-cutanée", "subkutan", "cutanée", "perkutan")),
        *((text, None) for text in ("voie", "V", "E")),
    ],
)
def test_routes_in_languages_of_europe(text, route):
    assert read_route(text) == route


@pytest.mark.parametrize(
    ("drug", "route"),
    [
        ("PROGRAF 0,5 mg gélule", "oral"),
        ("Prednison 5 mg Kapseln", "oral"),
        ("PREDNISONE 5 mg comprimé", "oral"),
        ("prednisona 5 mg comprimidos", "oral"),
        ("ENDOXAN 500 mg poudre pour solution injectable", "iv"),
        ("cyclophosphamide 500 MG Injectable Solution", "iv"),  # no "tab" of a tablet
        ("Endoxan 500 mg Pulver zur Injektion", "iv"),
        ("Endoxan polvere 500 mg sol. iniettabile", "iv"),
    ],
)
def test_forms_in_languages_of_europe(drug, route):
    assert order(drug=drug).route == route


@pytest.mark.parametrize(
    "drug",
    ["tacrolimus 0.1 % cream", "TACROLIMUS 0,1 % pommade", "Tacrolimus Salbe", "crema tacrolimus"],
)
def test_what_is_put_on_the_skin_is_not_oral_whatever_the_route(drug):
    assert order(drug=drug, route="oral").route == "other"


@pytest.mark.parametrize(
    ("unit", "mg"), [("unit", None), ("box", 50), ("tablet", 1), ("each", None)]
)
def test_of_a_box_a_unit_may_be_the_box_or_what_is_in_it(unit, mg):
    read = order(drug="tacrolimus 1 MG Oral Capsule Box of 50", quantity_unit=unit, dose="2mg")
    assert (read.mg_per_quantity, read.take_mg) == (mg, 2)


@pytest.mark.parametrize(
    "name",
    ["停 他克莫司胶囊 1mg bid", "停用他克莫司胶囊", "暂停他克莫司", "DC 普乐可复", "环磷酰胺皮试"]
    + ["他克莫司用药指导", "环磷酰胺知情同意书", "他克莫司治疗药物监测", "环磷酰胺配置费"],
)
def test_an_order_to_stop_a_drug_or_a_talk_of_it_is_no_order_of_it(name):
    assert order(drug=name).found is None


@pytest.mark.parametrize(
    ("texts", "daily"),
    [
        ({"frequency": "qm", "route": "口服"}, 40),
        ({"frequency": "QM", "drug": "醋酸泼尼松片"}, 40),
        ({"frequency": "", "directions": "qm 口服"}, 40),
        ({"frequency": "qm", "route": "静滴"}, None),
        ({"frequency": "qm"}, None),
    ],
)
def test_qm_is_each_morning_of_what_is_swallowed_and_unknown_of_an_infusion(texts, daily):
    texts = {"drug": "泼尼松", "dose": "40mg"} | texts
    assert order(**texts).daily_mg == daily


def test_a_route_in_the_name_of_an_order_is_read():
    assert order(drug="环磷酰胺 0.8g ivgtt qm").route == "iv"


@pytest.mark.parametrize(
    ("mark", "drug", "directions", "mg", "daily"),
    [
        (",", "tacrolimus 0.5 MG Oral Capsule", "1,5 mg bid", 0.5, 3),
        (".", "PROGRAF 0,5 mg gélule", "1.5 mg bid", 0.5, 3),
        (",", "Prograf 0,5 mg", "1.5 mg bid", 0.5, 3),
        (",", "tacrolimus 1.250 MG", "1.250 mg bid", 1250, 2500),  # thousands, by the mark
    ],
)
def test_a_number_of_the_other_mark_is_read_where_it_can_be_no_other(
    mark, drug, directions, mg, daily
):
    read = order(mark, drug=drug, quantity_unit="tablet", directions=directions)
    assert (read.mg_per_quantity, read.daily_mg) == (mg, daily)


@pytest.mark.parametrize(
    "directions", ["每周减5mg", "每2周减1片", "2周后减量", "减至0.5mg bid", "减半"]
)
def test_a_dose_that_its_directions_change_is_unknown(directions):
    read = order(
        drug="醋酸泼尼松片",
        strength="5mg*100片",
        dose="30mg",
        frequency="qd",
        directions=directions,
    )
    assert (read.daily_mg, read.reason) == (None, "changing_dose")


def test_a_dose_as_needed_by_its_directions_is_none_of_every_day():
    read = order(
        drug="醋酸泼尼松片", strength="5mg", dose="30mg", frequency="qd", directions="必要时"
    )
    assert read.is_as_needed and read.daily_mg is None


@pytest.mark.parametrize("directions", ["餐后服", "遵医嘱", "2周后复查", "口服"])
def test_other_directions_leave_the_dose_of_the_columns(directions):
    read = order(
        drug="醋酸泼尼松片", strength="5mg", dose="30mg", frequency="qd", directions=directions
    )
    assert read.daily_mg == 30
