"""What people go to: shops, schools, hospitals, markets, parks, offices, bus stops."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from demo.naming import Names
from demo.parcels import Parcels

TRADES = {  # category: (weight, endings of the name)
    "餐饮": (
        26,
        ("烩面馆", "胡辣汤店", "饭店", "小吃店", "饺子馆", "火锅店", "快餐店", "羊肉汤馆", "面馆", "烧饼铺"),
    ),
    "超市便利店": (16, ("便利店", "超市", "副食店", "粮油店", "烟酒店", "水果店")),
    "生活服务": (13, ("理发店", "洗衣店", "手机维修店", "打印店", "电动车行", "开锁店", "快递驿站")),
    "服装鞋包": (10, ("服装店", "鞋店", "童装店", "布艺店")),
    "医疗药店": (7, ("大药房", "诊所", "口腔门诊")),
    "五金建材": (8, ("五金店", "建材店", "灯具店", "门窗店", "水暖器材店")),
    "教育培训": (5, ("书店", "文具店", "托管中心", "培训学校")),
    "住宿": (3, ("宾馆", "快捷酒店", "旅社")),
    "金融": (2, ("银行储蓄所", "信用社", "邮政储蓄网点")),
    "汽车服务": (5, ("汽修店", "洗车行", "轮胎店")),
    "休闲娱乐": (5, ("茶馆", "棋牌室", "网咖", "健身馆", "影院")),
}
LANDMARKS = {  # use of a parcel: category, endings
    "primary_school": ("学校", ("小学",)),
    "middle_school": ("学校", ("中学", "初级中学")),
    "hospital": ("医院", ("人民医院", "医院", "中医院", "妇幼保健院")),
    "market": ("农贸市场", ("农贸市场", "菜市场", "便民市场")),
    "park": ("公园", ("游园", "公园")),
    "great_park": ("公园", ("公园",)),
    "stadium": ("体育场馆", ("体育中心",)),
    "mall": ("购物中心", ("购物广场", "百货大楼")),
    "government": ("政府机构", ("政务服务中心", "便民服务中心", "综合服务楼")),
    "commerce": ("商务楼宇", ("商厦", "广场", "商贸城")),
    "office": ("商务楼宇", ("大厦", "写字楼", "商务中心")),
    "industry": ("企业", ("机械有限公司", "食品厂", "包装厂", "纺织有限公司", "物流园", "电气有限公司")),
    "site": ("建筑工地", ("项目工地",)),
}


PARKS = ("park", "great_park")


@dataclass
class Places:
    """``at``: ground metres."""

    name: list[str] = field(default_factory=list)
    category: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    at: list[np.ndarray] = field(default_factory=list)

    def add(self, name: str, category: str, address: str, at) -> None:
        self.name.append(name)
        self.category.append(category)
        self.address.append(address)
        self.at.append(np.asarray(at, dtype=float))


def landmarks(parcels: Parcels, names: Names) -> dict[int, str]:
    """The names of parcels that everyone knows: estates, schools, markets, parks, works …"""
    found = {}
    for p, use in enumerate(parcels.use.tolist()):
        if use in LANDMARKS:
            endings = LANDMARKS[use][1]
            found[p] = f"{names.stem()}{endings[int(names.rng.integers(len(endings)))]}"
        elif use in ("estate", "towers", "old_estate", "courtyards", "village"):
            found[p] = names.estate(use)
    return found


def settle(
    parcels: Parcels, known: dict[int, str], doors, houses, addresses: list[str], names: Names
) -> Places:
    """Landmarks at their middle, parks at their gate, a trade in most shop houses."""
    places = Places()
    gates = dict(zip(doors.parcel.tolist(), zip(addresses, doors.at, strict=True), strict=True))
    middles = shapely.get_coordinates(shapely.point_on_surface(parcels.shape))
    for p, name in known.items():
        use = str(parcels.use[p])
        if use in LANDMARKS:
            address, at = gates.get(p, ("", middles[p]))
            places.add(name, LANDMARKS[use][0], address, at if use in PARKS else middles[p])
    rng = names.rng
    weights = np.array([weight for weight, _ in TRADES.values()], dtype=float)
    trades = rng.choice(list(TRADES), size=len(doors.at), p=weights / weights.sum())
    open_ = rng.random(len(doors.at)) < 0.82
    inside = shapely.get_coordinates(shapely.centroid(houses.shape))
    for d, house in enumerate(doors.house.tolist()):
        if house >= 0 and open_[d]:
            endings = TRADES[str(trades[d])][1]
            name = f"{names.stem()}{endings[int(rng.integers(len(endings)))]}"
            places.add(name, str(trades[d]), addresses[d], (inside[house] * 2 + doors.at[d]) / 3)
    return places
