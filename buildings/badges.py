"""Which lucide icon stands for which trade of a place and which class of an asset (see ``tiles.sprites``)."""

# icon → categories, in the words that places come with; what else there is stays a dot
TRADES = {
    "utensils": ["餐饮"],
    "shopping-cart": ["超市便利店"],
    "shopping-basket": ["农贸市场"],
    "shopping-bag": ["购物中心"],
    "shirt": ["服装鞋包"],
    "pill": ["医疗药店"],
    "hospital": ["医院"],
    "hammer": ["五金建材"],
    "car": ["汽车服务"],
    "scissors": ["生活服务"],
    "drama": ["休闲娱乐"],
    "graduation-cap": ["教育培训"],
    "school": ["学校"],
    "bed": ["住宿"],
    "landmark": ["金融", "政府机构"],
    "building-2": ["商务楼宇"],
    "factory": ["企业"],
    "trees": ["公园"],
    "construction": ["建筑工地"],
    "dumbbell": ["体育场馆"],
}

# icon → classes of GB/T 30428.2 and CJ/T 214
CLASSES = {
    "tree-deciduous": ["行道树", "古树名木", "护树设施", "树池树篦"],
    "flower-2": ["花钵花架", "边绿地(人行道绿地)"],
    "lamp": ["路灯", "地灯", "景观灯"],
    "grid-2x2": ["雨水箅子", "沟槽盖板"],
    "circle-dot": [
        "上水井盖", "污水井盖", "雨水井盖", "路灯井盖", "热力井盖", "燃气井盖", "园林井盖", "化粪池井盖",
        "不明井盖", "电力井盖", "通讯井盖", "电视井盖", "网络井盖", "公安井盖", "无主井盖", "中水井盖",
        "公交井盖", "输油(气)井盖", "特殊井盖",
    ],
    "trash-2": ["垃圾箱(果皮箱、桶)", "垃圾中转站"],
    "radio-tower": ["通信立杆", "电力立杆", "立杆"],
    "router": ["通讯交接箱"],
    "zap": ["电力设施", "变压器(箱)", "高压线铁塔"],
    "signpost": ["路名牌", "道路指示牌", "水域标示牌", "绿地指示牌", "公厕指示牌"],
    "bike": ["非机动车停放点"],
    "square-parking": ["停车场"],
    "fence": ["交通护栏", "绿地护栏", "水域护栏"],
    "newspaper": ["宣传栏", "报刊亭"],
    "cctv": ["监控电子眼"],
    "bus": ["公交站亭(牌)"],
    "armchair": ["街头座椅", "休息亭"],
    "dumbbell": ["户外健身设施", "健身设施"],
    "toilet": ["公共厕所"],
    "fire-extinguisher": ["消防设施"],
}  # fmt: skip
