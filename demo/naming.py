"""Invented names: streets, communities, roads, estates, shops and people. None is meant to be a real one."""

from collections.abc import Iterator

import numpy as np

from demo.network import Plan

DISTRICT, DISTRICT_NAME = "411002", "魏都区"
CITY, CITY_NAME = "4110", "许昌市"
NEIGHBOUR = "411003"
RIVER = "柳溪河"

STREETS = "柳溪 鼓楼 梧桐 青禾 书院 长乐 望月 槐荫 石桥 锦绣 春晖 龙泉 安澜 双塔 云锦 白鹭".split()
COMMUNITIES = (
    "柳岸 鼓楼前 梧桐里 青禾 书院里 长乐 望月 槐荫 石桥 锦绣园 春晖 龙泉 安澜 双塔 云锦 白鹭 桃园 杏林 "
    "竹园 兰亭 荷塘 枫林 桂苑 松柏 银杏 海棠 芙蓉 紫藤 玉兰 丁香 百合 蔷薇 茉莉 石榴 葵园 麦香 稻香 "
    "棉纺 陶瓷 机床 纺织 铸造 邮电 铁道 电力 化工 建材 轻工 西井 南塘 北苑 东园 中和 永宁 太和 安康 "
    "同心 和美 友爱 团结 明德 崇文 尚义 怀仁 守信 知礼 敦厚 勤俭 朝晖 晨曦 晚晴 彩虹 星河 月湾 天泽 "
    "月牙湾 清波 碧水 澄湖 泉眼 溪桥 渡口 码头 水岸 湖滨 湿地 芦荡 鹭洲 鹤湾 雁塔 燕园 莺歌 凤栖 麒麟 "
    "白马 金牛 玉泉 铜井 铁佛 银河湾 翠竹 绿洲 蓝湾 红枫 紫荆 黄梅 丹桂 墨香 琴台 棋盘 画苑 诗苑 酒坊 "
    "茶亭 米市 花市 布衣 染坊 油坊 磨坊 窑上"
).split()
_MAIN = (
    "文昌 崇文 永宁 长兴 太平 怀远 朝晖 锦绣 凤鸣 龙泉 明德 弘毅 瑞云 景行 望岳 听涛 思源 致远 昆仑 "
    "太行 祁连 武夷 雁荡 洞庭 鄱阳 太湖 黄河 长江 淮河 汉江 嘉陵 岷江 漓江 松江 辽河 渭水 洛川 汾水 "
    "钱塘 泰和 永泰 常青 银杏 玉兰 海棠 紫荆 丹桂 金桂 红梅 翠竹 青松"
).split()
_FIRST = (
    "文明永安和兴春秋华景瑞祥福康宁德仁礼信智光朝阳清泉玉金银翠碧青柳槐桐松竹梅兰桂枫杏桃荷莲云霞星月"
    "凤龙鹤麒书墨琴棋诗画锦绣天泽广同嘉启新宏"
)
_SECOND = "和安宁昌盛泰林溪泉湖桥亭台阁丰裕达通德馨茂荣源远怀仁义礼乐庆祥瑞园圃井坊塘渡原平川岸堤垣苑"
_UNWANTED = {
    "新兴",
    "永昌",
    "文明",
    "天宝",
    "文德",
    "春秋",
    "安宁",
    "文昌",
    "建安",
    "祥和",
    "祥泰",
    "天和",
    "德仁",
}
_OLD_LANES = (
    "铁匠 豆腐 打铜 书院 文庙 城隍庙 磨坊 油坊 花市 马号 箍桶 茶馆 钟楼 鼓楼 染坊 裁缝 米市 布衣 醋坊 "
    "糖坊 面坊 柴市 骡马 竹竿 灯笼 剪子 绣花 金鱼 石狮 牌坊 井沿 槐树 皂角 枣树 石榴 仓前 仓后 衙前 "
    "学前 庙后 桥头 塔下 城根 水门 会馆 银匠 针线 麻绳 琉璃 砚台"
).split()
_SURNAMES = (
    "郭冯马胡高林何罗梁谢韩唐邓彭曾萧田潘蒋蔡余杜叶程苏吕姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦邱"
    "江尹薛段雷侯史陶贺顾毛龚邵万钱严武戴莫孔汤"
)
_GIVEN = (
    "建国志强秀英桂兰海燕丽华晓东文博思远雨桐子涵浩然雪梅春生秋实立新永平明辉红霞卫东俊杰艳玲国栋玉珍"
    "小龙佳怡宏伟静怡长青亚男振华慧敏少军淑芬一鸣凯旋晨曦乐天"
)
_VILLAGE = "庄 家村 楼 寨 湾 岗 店 桥 铺 营".split()
_FACTORIES = (
    "棉纺厂 机械厂 轴承厂 农机厂 面粉厂 化肥厂 印刷厂 搪瓷厂 毛巾厂 汽修厂 粮食局 供销社 税务局 邮电局 "
    "电业局 水利局 物资局 商业局 地质队 运输公司"
).split()
ESTATES = {
    "estate": ("花园", "小区", "嘉园", "新苑", "家园", "新村"),
    "towers": ("府", "国际", "华庭", "公馆", "上城", "尚品"),
    "old_estate": ("小区", "新村", "里", "苑"),
}


class Names:
    """Hands out names; never the same twice for the same kind of thing."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self._given: dict[str, set[str]] = {}
        pairs = [a + b for a in _FIRST for b in _SECOND if a != b and a + b not in _UNWANTED]
        self._stems = list(rng.permutation(pairs))
        self._next = 0

    def stem(self) -> str:
        """Two characters that sound well enough together."""
        self._next += 1
        return str(self._stems[(self._next - 1) % len(self._stems)])

    def once(self, kind: str, tries: Iterator[str]) -> str:
        """The first name that this kind does not have yet."""
        given = self._given.setdefault(kind, set())
        name = next(n for n in tries if n not in given)
        given.add(name)
        return name

    def estate(self, use: str) -> str:
        def tries():
            if use == "village":
                while True:
                    name = str(self.rng.choice(list(_SURNAMES))) + str(self.rng.choice(_VILLAGE))
                    yield name
                    yield str(self.rng.choice(list("东西南北前后上下大小"))) + name
            if use == "courtyards" or (use == "old_estate" and self.rng.random() < 0.6):
                for unit in self.rng.permutation(_FACTORIES):
                    yield f"{unit}家属院"
                    yield f"{unit}{self.rng.choice(['东', '西', '南', '北'])}家属院"
            while True:
                yield self.stem() + str(self.rng.choice(ESTATES.get(use, ESTATES["old_estate"])))

        return self.once("estate", tries())

    def person(self) -> str:
        given = self.rng.choice(len(_GIVEN) // 2) * 2
        two = _GIVEN[given : given + 2]
        return str(self.rng.choice(list(_SURNAMES))) + (two if self.rng.random() < 0.75 else two[0])

    def phone(self) -> str:
        """A number of a range that is not given out (199 0000 xxxx)."""
        return f"1990000{self.rng.integers(0, 10_000):04}"


def communities(count: int, names: Names) -> list[str]:
    known = COMMUNITIES[:count] if count <= len(COMMUNITIES) else COMMUNITIES
    return [f"{stem}社区" for stem in [*known, *(names.stem() for _ in range(count - len(known)))]]


def name_roads(plan: Plan, lengths_m: list[float], names: Names) -> None:
    """Give every road that is drawn its name, the same along its whole length."""
    main = iter(names.rng.permutation(_MAIN))
    lanes = iter(names.rng.permutation(_OLD_LANES))
    order = sorted(range(len(plan.roads)), key=lambda i: (-plan.roads[i].half_width_m, -lengths_m[i]))
    for i in order:
        road = plan.roads[i]
        if not lengths_m[i]:
            continue
        if road.kind == "trunk":
            middle = road.line.interpolate(0.5, normalized=True)
            side = ("东" if middle.x > 0 else "西") if road.axis == "ns" else ("北" if middle.y > 0 else "南")
            road.name = names.once("road", iter([f"{side}环路", f"{side}外环路", f"{side}三环路"]))
        elif not road.name:
            road.name = names.once("road", _road_names(road, main, lanes, names))


def _road_names(road, main, lanes, names: Names) -> Iterator[str]:
    suffix = {
        "primary": "大道",
        "secondary": "路",
        "tertiary": "路" if road.axis == "ns" else "街",
        "residential": "街" if road.axis == "ew" else "路",
        "service": "巷",
    }[road.kind]
    if road.kind in ("primary", "secondary"):
        yield from (f"{stem}{suffix}" for stem in main)
    middle = road.line.interpolate(0.5, normalized=True)
    if road.kind == "service" and np.hypot(middle.x, middle.y) < 900:
        yield from (f"{stem}巷" for stem in lanes)
    while True:
        yield f"{names.stem()}{suffix}"
