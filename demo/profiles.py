"""How often each kind of case happens, when, where, and in what words. Codes: GB/T 30428.2-2013."""

# ruff: noqa: E501 (a table: one kind of case a row)
from dataclasses import dataclass

FLAT = (1,) * 12
#           1    2    3    4    5    6    7    8    9   10   11   12
SUMMER = (0.5, 0.5, 0.7, 1.0, 1.3, 1.6, 1.8, 1.7, 1.3, 0.9, 0.7, 0.5)
RAINS = (0.2, 0.2, 0.4, 0.6, 1.0, 1.8, 3.6, 3.0, 1.3, 0.6, 0.3, 0.2)
AUTUMN = (0.4, 0.3, 0.4, 0.4, 0.4, 0.4, 0.5, 0.6, 1.2, 2.6, 3.4, 1.6)
WINTER = (2.6, 2.0, 0.8, 0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 2.0, 2.8)
SPRING = (0.5, 0.6, 1.6, 2.2, 1.9, 1.2, 0.9, 0.8, 0.8, 0.8, 0.6, 0.5)
WARM = (0.2, 0.2, 0.5, 1.0, 1.6, 2.1, 2.3, 2.2, 1.6, 0.9, 0.3, 0.2)
BUILDING = (0.5, 0.4, 1.1, 1.3, 1.3, 1.2, 1.1, 1.1, 1.3, 1.3, 1.1, 0.8)

HOURS = {  # weights of the hours 0–23 on working days
    "patrol": (0, 0, 0, 0, 0, 1, 3, 7, 12, 14, 12, 8, 5, 5, 10, 13, 12, 9, 6, 4, 3, 2, 1, 0),
    "rush": (0, 0, 0, 0, 0, 1, 6, 20, 18, 6, 4, 5, 6, 4, 4, 6, 10, 19, 16, 6, 3, 2, 1, 0),
    "morning": (0, 0, 0, 0, 1, 5, 14, 20, 18, 12, 8, 5, 3, 3, 4, 6, 8, 9, 6, 3, 2, 1, 0, 0),
    "evening": (1, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 2, 2, 3, 5, 9, 15, 20, 20, 14, 8, 3),
    "night": (6, 3, 1, 1, 1, 2, 4, 4, 3, 3, 3, 2, 3, 3, 3, 3, 3, 3, 4, 6, 9, 14, 16, 11),
    "always": (2, 1, 1, 1, 1, 2, 4, 7, 8, 8, 7, 6, 5, 5, 6, 7, 7, 7, 6, 5, 4, 3, 3, 2),
}
WEEKDAYS = {  # Monday to Sunday
    "patrol": (1.08, 1.05, 1.02, 1.0, 1.02, 0.75, 0.62), "rush": (1.25, 1.15, 1.1, 1.1, 1.2, 0.55, 0.45),
    "morning": (0.95, 0.92, 0.92, 0.95, 1.0, 1.2, 1.15), "evening": (0.8, 0.8, 0.85, 0.9, 1.15, 1.4, 1.25),
    "night": (1.0, 1.0, 1.0, 1.0, 1.05, 1.05, 0.9), "always": (1.0,) * 7,
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """``spots``: share of each kind of place; ``storms``: comes with single days of rain or snow."""

    kind: str
    code: str
    weight: float
    months: tuple[float, ...]
    hours: str
    spots: dict[str, float]
    phrases: tuple[str, ...]
    storms: bool = False
    serious: float = 0.02  # share that is serious or urgent


def _incident(code, weight, months, hours, spots, *phrases, **more) -> Profile:
    return Profile("incident", code, weight, months, hours, spots, phrases, **more)


def _asset(code, weight, months, *phrases, **more) -> Profile:
    return Profile("asset", code, weight, months, "patrol", {code: 1.0}, phrases, **more)


PROFILES = (
    _incident("0110", 9.0, SUMMER, "morning", {"market": 0.28, "homes": 0.42, "front": 0.2, "road": 0.1},
              "堆放生活垃圾约两袋", "垃圾桶外溢，周边散落垃圾", "有暴露垃圾，散发异味", "垃圾点未及时清运"),
    _incident("0111", 3.2, BUILDING, "patrol", {"site": 0.3, "homes": 0.45, "road": 0.25},
              "堆放装修垃圾", "积存建筑渣土约三方", "拆除的砖块未清走"),
    _incident("0112", 5.0, AUTUMN, "morning", {"road": 0.62, "market": 0.18, "front": 0.2},
              "路面有落叶、纸屑", "人行道落叶未清扫", "路面污渍明显", "便道上有烟头、纸屑"),
    _incident("0113", 2.4, SPRING, "patrol", {"road": 1.0}, "路面坑洼，长约一米", "便道砖松动、缺失", "路面破损，车辆颠簸", serious=0.06),
    _incident("0114", 1.2, BUILDING, "rush", {"road": 0.5, "site": 0.5}, "渣土车遗撒，路面有泥", "货车遗撒砂石"),
    _incident("0117", 2.0, SPRING, "patrol", {"park": 0.6, "bank": 0.2, "road": 0.2}, "绿地内有垃圾、杂草", "绿化带黄土裸露", "绿地被踩踏"),
    _incident("0119", 1.0, FLAT, "patrol", {"homes": 0.6, "road": 0.4}, "树上悬挂塑料袋", "树木上拉绳晾晒衣物"),
    _incident("0120", 0.8, AUTUMN, "evening", {"homes": 0.4, "village": 0.4, "road": 0.2}, "焚烧落叶，有烟", "露天焚烧垃圾", serious=0.1),
    _incident("0107", 1.6, WARM, "patrol", {"homes": 0.6, "front": 0.4}, "沿街晾晒被褥", "便道护栏上晾挂衣物"),
    _incident("0101", 0.9, BUILDING, "patrol", {"village": 0.6, "homes": 0.4}, "楼顶搭建彩钢房", "一层搭建小房，正在施工", serious=0.2),
    _incident("0125", 0.8, SUMMER, "patrol", {"bank": 0.9, "park": 0.1}, "水面有漂浮垃圾", "水面有藻类、落叶"),
    _incident("0126", 0.4, SUMMER, "patrol", {"bank": 1.0}, "有污水流入河道", "河边倾倒垃圾", serious=0.15),
    _incident("0128", 1.5, WARM, "evening", {"front": 0.6, "market": 0.4}, "店铺外放音响，声音大", "促销使用高音喇叭"),
    _incident("0129", 1.8, WARM, "evening", {"food": 0.8, "market": 0.2}, "露天烧烤，油烟扰民", "占道烧烤，烟雾大"),
    _incident("0130", 1.2, SUMMER, "evening", {"food": 0.7, "market": 0.3}, "向路面泼洒污水", "污水倒入雨水箅子"),
    _incident("0131", 1.0, SUMMER, "evening", {"food": 0.7, "market": 0.3}, "餐厨垃圾遗撒，路面油污", "泔水桶外溢"),
    _incident("0135", 1.4, FLAT, "morning", {"homes": 0.8, "village": 0.2}, "丢弃旧沙发", "废弃床垫、家具堆放在楼下"),
    _incident("0136", 3.2, FLAT, "patrol", {"homes": 0.5, "front": 0.3, "village": 0.2}, "楼道口堆放杂物", "便道堆放货物", "门前堆放建材"),
    _incident("0137", 0.3, WARM, "morning", {"road": 0.7, "homes": 0.3}, "路边有死猫", "绿化带有动物尸体"),
    _incident("0201", 5.0, FLAT, "patrol", {"homes": 0.4, "front": 0.3, "road": 0.3}, "墙面张贴小广告", "电线杆上喷涂小广告多处", "单元门有非法小广告"),
    _incident("0202", 0.8, FLAT, "rush", {"mall": 0.5, "school": 0.3, "market": 0.2}, "散发传单，地面有纸张"),
    _incident("0203", 1.0, FLAT, "patrol", {"front": 1.0}, "设置落地灯箱", "门前摆放广告牌"),
    _incident("0206", 0.6, FLAT, "patrol", {"front": 1.0}, "门头牌匾破损", "一店多牌"),
    _incident("0207", 0.7, FLAT, "patrol", {"road": 0.6, "site": 0.4}, "横幅悬挂未审批", "条幅破损"),
    _incident("0301", 1.8, BUILDING, "night", {"site": 1.0}, "夜间施工，噪音扰民", "凌晨仍有机械作业声", serious=0.06),
    _incident("0302", 0.8, BUILDING, "patrol", {"site": 0.7, "road": 0.3}, "施工占用人行道", "施工围挡占道"),
    _incident("0304", 1.6, SPRING, "patrol", {"site": 1.0}, "黄土未覆盖，扬尘明显", "土方作业未洒水"),
    _incident("0306", 0.9, BUILDING, "patrol", {"site": 0.9, "road": 0.1}, "钢管、模板堆放在围挡外"),
    _incident("0307", 0.6, BUILDING, "patrol", {"site": 1.0}, "围挡破损、倾斜", serious=0.1),
    _incident("0312", 0.9, BUILDING, "rush", {"site": 1.0}, "车轮带泥上路", "出入口未冲洗车辆"),
    _incident("0401", 7.0, WARM, "rush", {"school": 0.3, "market": 0.42, "mall": 0.12, "road": 0.16},
              "流动摊贩占道经营", "三轮车售卖水果，占用非机动车道", "有游商聚集", "流动餐车占道"),
    _incident("0402", 1.4, WARM, "evening", {"market": 0.85, "mall": 0.15}, "夜市收摊后地面油污", "早市超时未撤"),
    _incident("0405", 7.5, WARM, "rush", {"front": 0.55, "market": 0.3, "food": 0.15}, "店外摆放商品", "出店经营，占用便道", "桌椅摆放到门外"),
    _incident("0406", 3.0, WARM, "evening", {"front": 0.4, "market": 0.4, "mall": 0.2}, "占道摆摊", "占用盲道经营"),
    _incident("0410", 7.5, FLAT, "rush", {"school": 0.26, "mall": 0.2, "front": 0.24, "market": 0.2, "homes": 0.1},
              "共享单车乱停放", "非机动车占用人行道", "电动车停放在盲道上", "单车倒伏一片"),
    _incident("0501", 0.4, WINTER, "always", {"homes": 0.5, "road": 0.5}, "供水管道漏水，路面积水", "水管爆裂", serious=0.6),
    _incident("0503", 1.8, RAINS, "always", {"homes": 0.5, "road": 0.3, "market": 0.2}, "下水道堵塞，污水外溢", "化粪池外溢", serious=0.3),
    _incident("0504", 0.7, WINTER, "always", {"homes": 0.7, "road": 0.3}, "供热管道漏水冒汽", "暖气管道破裂", serious=0.6),
    _incident("0505", 0.15, RAINS, "always", {"road": 1.0}, "路面塌陷，直径约半米", serious=0.9),
    _incident("0506", 2.0, RAINS, "always", {"road": 0.7, "homes": 0.3}, "雨后积水，行人难以通过", "低洼处积水约二十厘米", storms=True, serious=0.3),
    _incident("0507", 1.2, WINTER, "morning", {"road": 0.8, "homes": 0.2}, "路面积雪未清", "路面结冰，行人易滑倒", storms=True, serious=0.2),
    _incident("0508", 0.5, SUMMER, "always", {"homes": 0.5, "road": 0.5}, "通信线缆垂落", "架空线脱落，距地约两米", serious=0.5),
    _incident("0604", 2.0, FLAT, "patrol", {"front": 1.0}, "门前卫生责任未落实", "门前地面有油污、烟头"),
    _asset("0104", 1.6, RAINS, "雨水箅子堵塞", "雨水箅子破损", serious=0.08),
    _asset("0103", 1.2, RAINS, "雨水井盖松动", "井盖下沉，有异响", "井盖缺失", serious=0.2),
    _asset("0102", 1.3, SUMMER, "污水井盖破损", "污水井盖移位", "井内污水外溢", serious=0.15),
    _asset("0101", 0.4, FLAT, "上水井盖破损", "井圈破裂", serious=0.12),
    _asset("0137", 1.8, WINTER, "路灯不亮", "灯罩破损", "灯杆倾斜", "白天亮灯未关"),
    _asset("0402", 2.0, AUTUMN, "树枝过低，影响通行", "枯树未清理", "行道树倒伏", "树木缺株", serious=0.06),
    _asset("0305", 1.6, FLAT, "果皮箱破损", "果皮箱满溢", "垃圾箱缺失"),
    _asset("0204", 0.6, FLAT, "站牌破损", "候车亭玻璃破裂", "候车亭座椅损坏"),
    _asset("0131", 0.5, FLAT, "通信立杆倾斜", "杆体倾斜，线缆松弛"),
    _asset("0127", 0.5, FLAT, "交接箱门未关", "箱体有小广告"),
    _asset("0217", 0.9, FLAT, "护栏倾倒", "护栏移位、脱节", "护栏破损"),
    _asset("0212", 0.3, FLAT, "路名牌倾斜", "路名牌被遮挡"),
    _asset("0407", 0.3, WARM, "座椅木条断裂", "座椅损坏"),
    _asset("0146", 0.3, FLAT, "健身器材松动", "健身器材损坏，有安全隐患"),
    _asset("0150", 0.2, FLAT, "监控杆倾斜"),
    _asset("0225", 0.5, FLAT, "停放点标线不清", "停车架损坏"),
)  # fmt: skip
TAILS = ("", "", "", "，影响通行", "，请尽快处理", "，居民多次反映", "，影响市容", "，已拍照", "，需现场核实")
