"""Names, services, texts and credit codes of the demonstration province: invented, plausible, the same for one seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

SURNAMES = (
    "陈 Chen,李 Li,黄 Huang,张 Zhang,梁 Liang,林 Lin,刘 Liu,吴 Wu,罗 Luo,杨 Yang,邓 Deng,何 He,曾 Zeng,谢 Xie,"
    "郑 Zheng,周 Zhou,徐 Xu,叶 Ye,蔡 Cai,冯 Feng,潘 Pan,钟 Zhong,苏 Su,朱 Zhu,胡 Hu,许 Xu,彭 Peng,麦 Mai,区 Ou,"
    "温 Wen,江 Jiang,余 Yu,卢 Lu,赖 Lai,邱 Qiu,欧阳 Ouyang,关 Guan,招 Zhao,植 Zhi,莫 Mo"
)
GIVEN_NAMES = (
    "志强 Zhiqiang,丽华 Lihua,建国 Jianguo,晓燕 Xiaoyan,文杰 Wenjie,嘉欣 Jiaxin,俊贤 Junxian,颖仪 Yingyi,国辉 Guohui,"
    "慧敏 Huimin,伟明 Weiming,婉婷 Wanting,浩然 Haoran,雪莹 Xueying,永康 Yongkang,思琪 Siqi,家豪 Jiahao,倩雯 Qianwen,"
    "海涛 Haitao,玉珍 Yuzhen,子轩 Zixuan,静怡 Jingyi,振华 Zhenhua,秀兰 Xiulan,泽宇 Zeyu,美玲 Meiling,启航 Qihang,"
    "淑芬 Shufen,锦荣 Jinrong,雅琴 Yaqin,健 Jian,敏 Min,杰 Jie,洁 Jie,磊 Lei,霞 Xia,锋 Feng,琳 Lin,斌 Bin,蕾 Lei,"
    "耀东 Yaodong,佩珊 Peishan,伯钧 Bojun,凤仪 Fengyi,学文 Xuewen,可盈 Keying,卓然 Zhuoran,梦洁 Mengjie,炳坤 Bingkun,"
    "惠芳 Huifang,宏图 Hongtu,碧云 Biyun,立新 Lixin,月娥 Yue'e,承志 Chengzhi,采薇 Caiwei,世昌 Shichang,若楠 Ruonan"
)
# Well-known people are really called so; nobody in the demonstration may seem to be one of them.
AVOIDED = "周永康,刘霞,余杰,谢锋,李建国,陈建国,张建国,李斌,林斌,李敏,李健,黄磊,张杰,张敏,周杰,郑洁,何洁,杨洁,许琳"


@dataclass(frozen=True)
class PersonName:
    """A person's name in both scripts, and a login that nobody else of the same draw has."""

    zh: str
    en: str
    login: str


def person_names(random: Random, count: int) -> list[PersonName]:
    """Different people; no name is drawn twice."""
    pairs = [(surname.split(), given.split()) for surname in SURNAMES.split(",") for given in GIVEN_NAMES.split(",")]
    drawn: list[PersonName] = []
    taken: dict[str, int] = {}
    pairs = [pair for pair in pairs if pair[0][0] + pair[1][0] not in AVOIDED.split(",")]
    for (surname, surname_en), (given, given_en) in random.sample(pairs, count):
        base = (surname_en + given_en).lower().replace("'", "")
        taken[base] = taken.get(base, 0) + 1
        login = base if taken[base] == 1 else f"{base}{taken[base]}"
        drawn.append(PersonName(surname + given, f"{given_en} {surname_en}", login))
    return drawn


@dataclass(frozen=True)
class OrganisationName:
    """An organisation's name in both languages and what it is (the values of the organisations' kinds)."""

    zh: str
    en: str | None
    kind: str


# Offices of a government, the first one the competent authority: office below the province, office of the province
# (written out where it is called differently), English, kind.
OFFICES = (
    ("政务服务和数据管理局", "", "Government Services and Data Administration", "authority"),
    ("财政局", "财政厅", "Finance", "finance"),
    ("审计局", "审计厅", "Audit", "inspectorate"),
    ("国有资产监督管理委员会", "", "State-owned Assets Supervision", "state_holder"),
    ("人力资源和社会保障局", "人力资源和社会保障厅", "Human Resources and Social Security", "agency"),
    ("公安局", "公安厅", "Public Security", "agency"),
    ("民政局", "民政厅", "Civil Affairs", "agency"),
    ("卫生健康局", "卫生健康委员会", "Health", "agency"),
    ("教育局", "教育厅", "Education", "agency"),
    ("市场监督管理局", "", "Market Regulation", "agency"),
    ("住房和城乡建设局", "住房和城乡建设厅", "Housing and Urban-Rural Development", "agency"),
    ("自然资源局", "自然资源厅", "Natural Resources", "agency"),
    ("生态环境局", "生态环境厅", "Ecology and Environment", "agency"),
    ("交通运输局", "交通运输厅", "Transport", "agency"),
    ("医疗保障局", "", "Healthcare Security", "agency"),
    ("农业农村局", "农业农村厅", "Agriculture and Rural Affairs", "agency"),
    ("应急管理局", "应急管理厅", "Emergency Management", "agency"),
    ("文化和旅游局", "文化和旅游厅", "Culture and Tourism", "agency"),
    ("水利局", "水利厅", "Water Resources", "agency"),
    ("司法局", "司法厅", "Justice", "agency"),
)
INSTITUTIONS = (("数字政府建设中心", "Digital Government Centre"), ("政务服务中心", "Government Service Centre"))
OFFICE_WORDS = {"province": ("Provincial", "Department"), "city": ("Municipal", "Bureau"), "county": ("", "Bureau")}


def offices(region_zh: str, region_en: str | None, level: str) -> list[OrganisationName]:
    """The offices of a province, city or county; of a township only its own government."""
    if level in {"township", "village"}:
        return [_township(region_zh, region_en)]
    made = []
    rank, body = OFFICE_WORDS[level]
    for below, provincial, english, kind in OFFICES:
        zh = region_zh + (provincial or below if level == "province" else below)
        what = english if english.endswith("Administration") else f"{english} {body}"
        made.append(OrganisationName(zh, _english(region_en, rank, what), kind))
    for zh, english in INSTITUTIONS:
        made.append(OrganisationName(region_zh + zh, _english(region_en, rank, english), "public_institution"))
    return made


def _english(*words: str | None) -> str | None:
    return " ".join(word for word in words if word) if words[0] else None


def _township(region_zh: str, region_en: str | None) -> OrganisationName:
    if region_zh.endswith("街道"):
        return OrganisationName(f"{region_zh}办事处", _english(region_en, "Subdistrict Office"), "agency")
    if region_zh.endswith("委员会"):
        return OrganisationName(region_zh, _english(region_en, "Committee"), "agency")
    return OrganisationName(f"{region_zh}人民政府", _english(region_en, "Town Government"), "agency")


# Invented firms: the two-character names are no brands that were known when this was written.
COMPANIES = (
    ("岭澜数智运营有限公司", "Linglan Digital Operations Co., Ltd."),
    ("粤岚云服科技有限公司", "Yuelan Cloud Services Technology Co., Ltd."),
    ("穗衡信息技术有限公司", "Suiheng Information Technology Co., Ltd."),
    ("湾桐数据运营有限公司", "Wantong Data Operations Co., Ltd."),
    ("榕序政务服务科技有限公司", "Rongxu Public Service Technology Co., Ltd."),
    ("珠澄网络技术有限公司", "Zhucheng Network Technology Co., Ltd."),
    ("韶桥信息工程有限公司", "Shaoqiao Information Engineering Co., Ltd."),
    ("莞序智能科技有限公司", "Guanxu Intelligent Technology Co., Ltd."),
    ("禅屿软件有限公司", "Chanyu Software Co., Ltd."),
    ("海砚数据科技有限公司", "Haiyan Data Technology Co., Ltd."),
    ("棉枫云计算有限公司", "Mianfeng Cloud Computing Co., Ltd."),
    ("云漪客户服务有限公司", "Yunyi Contact Centre Services Co., Ltd."),
    ("梅岫系统集成有限公司", "Meixiu Systems Integration Co., Ltd."),
    ("潮砺安全技术有限公司", "Chaoli Security Technology Co., Ltd."),
    ("江榆运维服务有限公司", "Jiangyu Maintenance Services Co., Ltd."),
    ("清榷信息服务有限公司", "Qingque Information Services Co., Ltd."),
    ("惠峤数字科技有限公司", "Huiqiao Digital Technology Co., Ltd."),
    ("肇岑通信工程有限公司", "Zhaocen Communications Engineering Co., Ltd."),
)
# Who watches: supervision, testing, evaluation.
WATCHERS = (
    ("衡舟工程监理咨询有限公司", "Hengzhou Project Supervision Co., Ltd."),
    ("砺筠软件测评有限公司", "Liyun Software Testing Co., Ltd."),
    ("澄鉴绩效评价咨询有限公司", "Chengjian Performance Evaluation Co., Ltd."),
    ("朗榷信息系统审计有限公司", "Langque Information Systems Audit Co., Ltd."),
)


def companies() -> list[OrganisationName]:
    return [OrganisationName(zh, en, "company") for zh, en in COMPANIES]


def watchers() -> list[OrganisationName]:
    return [OrganisationName(zh, en, "company") for zh, en in WATCHERS]


@dataclass(frozen=True)
class ServiceName:
    """A service as it may stand on a ledger: what counts its use, and which volumes and prices are usual a month."""

    zh: str
    en: str
    category: str
    unit: str
    indicator: str
    volume: tuple[int, int]
    # Yuan a unit; nothing is charged by use where both are zero.
    price: tuple[Decimal, Decimal]
    # Fixed fee a month in fen.
    fee: tuple[int, int]


# A group shares category, unit, usage indicator, volumes, unit prices (yuan) and fixed fees (yuan a month).
GROUPS = (
    (
        "platform 件 KI-040 20000 900000 0.05 0.60 60000 300000",
        """
        一网通办总门户 Online government services portal,移动政务服务门户 Mobile government services portal,
        政务服务自助终端平台 Self-service kiosk platform,统一受理平台 Unified intake platform,
        事项管理平台 Service item management platform,好差评系统 Service rating system,
        涉企服务专区 Business services zone,统一支付平台 Unified payment platform,
        电子表单平台 Electronic forms platform,统一物流寄递平台 Document delivery platform,
        跨省通办平台 Cross-province services platform,惠企政策兑现平台 Business policy benefits platform""",
    ),
    (
        "platform 次 KI-041 300000 60000000 0.001 0.02 40000 180000",
        """
        统一身份认证平台 Unified identity platform,电子证照库运营 Electronic licence repository,
        电子印章平台 Electronic seal platform,统一消息推送平台 Unified messaging platform,
        人脸核身服务 Face verification service,短信发送服务 Text message service,
        地理信息公共服务 Public map service,智能检索服务 Intelligent search service,
        文字识别服务 Text recognition service,语音转写服务 Speech transcription service,
        区块链存证服务 Blockchain evidence service,统一日志服务 Unified logging service""",
    ),
    (
        "data 次 KI-041 100000 20000000 0.002 0.05 50000 260000",
        """
        公共数据共享交换平台 Public data exchange platform,公共数据开放平台 Open public data platform,
        人口基础库接口 Population database interface,法人基础库接口 Legal entity database interface,
        社会信用数据接口 Social credit data interface,不动产数据接口 Real property data interface,
        婚姻登记核验接口 Marriage record verification,学历学位核验接口 Degree verification,
        空间地理库接口 Geospatial database interface,电子病历共享接口 Medical record sharing interface,
        社保参保核验接口 Social insurance verification,企业年报数据接口 Company annual report interface""",
    ),
    (
        "data 件 KI-040 200 6000 3.00 25.00 60000 240000",
        """
        公共数据目录编制 Public data cataloguing,数据质量治理 Data quality management,数据标注服务 Data labelling,
        主题数据库建设运维 Thematic database operation,数据分析报告编制 Data analysis reports,
        档案数字化加工 Archive digitisation""",
    ),
    (
        "application 件 KI-040 2000 120000 0.20 3.00 20000 120000",
        """
        社保业务经办系统 Social insurance administration,就业服务系统 Employment services,
        劳动监察管理系统 Labour inspection system,居住证办理系统 Residence permit system,
        出入境预约系统 Exit-entry appointments,车驾管业务系统 Vehicle and driver services,
        婚姻登记预约系统 Marriage registration appointments,社会救助管理系统 Social assistance system,
        养老服务管理系统 Elderly care services,预约挂号平台 Hospital appointment platform,
        疫苗接种管理系统 Vaccination management,出生一件事联办 Birth one-stop service,
        义务教育入学报名系统 School enrolment system,教师资格管理系统 Teacher qualification system,
        学生资助管理系统 Student aid system,企业开办一网通 Company registration service,
        食品经营许可系统 Food business licensing,特种设备监管系统 Special equipment supervision,
        施工许可审批系统 Construction permit system,房屋交易备案系统 Housing transaction filing,
        公积金业务系统 Housing provident fund system,不动产登记系统 Real property registration,
        国土空间规划系统 Land-use planning system,排污许可管理系统 Discharge permit system,
        环境监测数据平台 Environmental monitoring platform,道路运输许可系统 Road transport licensing,
        公交出行信息平台 Public transport information,医保结算系统 Medical insurance settlement,
        异地就医备案系统 Out-of-town medical care filing,农机补贴申领系统 Farm machinery subsidy system,
        农产品溯源平台 Farm produce traceability,安全生产许可系统 Work safety licensing,
        应急指挥调度系统 Emergency command system,文旅资源预约系统 Cultural venue booking,
        取水许可管理系统 Water abstraction licensing,公共法律服务平台 Public legal services platform,
        公共资源交易平台 Public resource trading platform,投资项目审批平台 Investment project approval platform,
        行政执法监督平台 Law enforcement supervision platform,基层治理综合平台 Grassroots governance platform,
        协同办公系统 Collaborative office system,公文交换系统 Official document exchange""",
    ),
    (
        "cloud 核时 KI-040 200000 3000000 0.06 0.18 0 0",
        """
        政务云计算资源 Government cloud computing,政务云容器服务 Government cloud containers,
        信创云计算资源 Domestic-technology cloud computing,图形计算资源 Graphics computing,
        大数据计算资源 Big data computing,灾备计算资源 Disaster recovery computing""",
    ),
    (
        "cloud GB KI-040 50000 2000000 0.08 0.45 0 0",
        """
        块存储服务 Block storage,对象存储服务 Object storage,文件存储服务 File storage,备份存储服务 Backup storage,
        归档存储服务 Archive storage,异地灾备存储 Remote recovery storage""",
    ),
    (
        "cloud 实例 KI-040 20 900 180.00 900.00 0 0",
        """
        云数据库服务 Cloud database,缓存服务 Cache service,消息队列服务 Message queue,
        中间件托管服务 Managed middleware,云桌面服务 Cloud desktop""",
    ),
    (
        "network 线路 KI-040 10 400 600.00 3200.00 30000 160000",
        """
        电子政务外网接入 Government extranet access,互联网出口服务 Internet gateway,
        基层网络接入 Grassroots network access,物联专网接入 Internet of things network access,
        视频专网接入 Video network access,城域骨干网运维 Metropolitan backbone operation""",
    ),
    (
        "network 场次 KI-040 20 900 80.00 400.00 20000 90000",
        """
        视频会议系统运维 Video conferencing operation,应急通信保障 Emergency communications support,
        重大会议网络保障 Network support of major meetings""",
    ),
    (
        "security 资产 KI-040 100 5000 8.00 60.00 40000 200000",
        """
        网络安全监测服务 Network security monitoring,漏洞扫描服务 Vulnerability scanning,
        主机安全防护服务 Host protection,终端安全管理服务 Endpoint security,数据安全审计服务 Data security audit,
        商用密码服务 Cryptographic service,网站防护服务 Website protection,安全值守服务 Security operations watch,
        应用安全测试服务 Application security testing""",
    ),
    (
        "hotline 通 KI-040 3000 400000 1.20 4.50 40000 220000",
        """
        12345热线话务 Calls to the 12345 hotline,12345热线知识库 Knowledge base of the 12345 hotline,
        企业服务热线 Business hotline,社保咨询热线 Social insurance helpline,
        医保咨询热线 Medical insurance helpline,在线客服服务 Online customer service,
        智能外呼回访服务 Automated call-back service""",
    ),
    (
        "maintenance 工单 KI-040 20 2500 30.00 180.00 20000 150000",
        """
        业务系统驻场运维 On-site application maintenance,桌面终端运维 Desktop maintenance,
        机房基础设施运维 Data centre facilities,数据库运维 Database maintenance,
        服务大厅设备运维 Service hall equipment maintenance,自助终端巡检维护 Kiosk inspection and repair,
        政府网站运维 Government website maintenance,政务新媒体运维 Government social media operation,
        信创适配运维 Domestic-technology adaptation,视频监控点位运维 Video point maintenance""",
    ),
)


def service_names() -> list[ServiceName]:
    """Every service of the demonstration, in a fixed order."""
    return [_service(head.split(), item.strip()) for head, items in GROUPS for item in items.split(",")]


def _service(head: Sequence[str], item: str) -> ServiceName:
    category, unit, indicator, low, high, cheap, dear, small, large = head
    zh, _, en = item.partition(" ")
    return ServiceName(
        zh=zh,
        en=en,
        category=category,
        unit=unit,
        indicator=indicator,
        volume=(int(low), int(high)),
        price=(Decimal(cheap), Decimal(dear)),
        fee=(int(small) * 100, int(large) * 100),
    )


CONTRACT_TITLES = (
    "%(year)s年%(service)s运营服务合同",
    "%(owner)s%(service)s运营合同（%(year)s年度）",
    "%(service)s委托运营合同",
    "%(owner)s%(year)s年%(service)s采购合同",
    "%(service)s运行维护服务合同",
)


def contract_title(random: Random, owner: str, service: str, year: int) -> str:
    return random.choice(CONTRACT_TITLES) % {"owner": owner, "service": service, "year": year}


PAYMENT_TERMS = (
    "按月计量、按季结算：双方确认结算金额后 30 日内支付。",
    "固定费用按季平均支付，按量费用以双方确认的有效使用量为准。",
    "每季度考核后结算，考核扣款从当季费用中扣除，双方确认后 30 日内支付。",
    "合同生效后支付首期 30%，其余按季度考核结果结算，双方确认后 30 日内支付。",
    "按年核定总额、按月预结、年终清算，确认结算金额后 30 日内支付。",
    "有争议的部分另行裁定，无争议的部分先行结算，并在确认后 30 日内支付。",
)
RETURN_REASONS = (
    "服务单价与采购结果不一致，请核对报价单后修改。",
    "缺少数据返还与销毁条款，请补充退出安排。",
    "可用率口径未写明除外时段，请按约定服务时间重写。",
    "使用量基线没有依据，请附上最近十二个月的统计。",
    "扣款上限未约定，请补充单期和全年上限。",
    "合同期限超过一年但未附预算保障说明，请补正。",
    "驻场人员数量与招标文件不符，请更正人员清单。",
    "附件中的服务目录与正文不一致，请统一编号。",
    "签约主体名称与营业执照不一致，请更正。",
    "验收条件写得过于笼统，请逐项列明证据。",
)
TERMINATION_REASONS = (
    "连续两期考核不合格，整改后仍未达到约定指标。",
    "系统已并入省级统一平台，服务不再需要。",
    "机构职能调整，服务划转至其他单位。",
    "运营方因经营调整，书面申请提前终止。",
    "年度预算核减，双方协商一致提前终止。",
    "使用量长期低于基线，经评估决定关停该系统。",
)

# GB 32100-2015: the characters of a credit code, and the weights of its first seventeen.
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# GB 11714: the organisation code inside it has weights and a check digit of its own.
BODY_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Registering authority and category: 11 state organ, 12 public institution, 91 company.
CODE_HEADS = {"public_institution": "12", "company": "91"}


def credit_code(random: Random, kind: str, region_code: str) -> str:
    """A valid unified social credit code for a region (six digits; a shorter code is filled up with zeros).

    The organisation code begins with MX, a series that has not been issued: the codes are valid and nobody's.
    """
    body = "MX" + "".join(random.choices(CODE_LETTERS, k=6))
    first = CODE_HEADS.get(kind, "11") + region_code[:6].ljust(6, "0") + body + _body_check(body)
    return first + credit_code_check(first)


def credit_code_check(first_seventeen: str) -> str:
    total = sum(
        CODE_LETTERS.index(letter) * weight for letter, weight in zip(first_seventeen, CODE_WEIGHTS, strict=True)
    )
    return CODE_LETTERS[-total % 31]


def _body_check(body: str) -> str:
    total = sum(BODY_LETTERS.index(letter) * weight for letter, weight in zip(body, BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
