"""Generated proposals in Chinese, and near-duplicates of them as they are written in practice: tests and benchmarks.

`ledger(count)` are different projects; `disguised(work, draw)` is one of them again under another name, in another
city, with its functions in another order, under an abbreviation, or with a part left out. Everything has a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from app.projects.similarity import Work

# Field of government: what it is about. An abbreviation that officials use stands after a slash.
_FIELDS = """
停车:泊位,车场,占道收费|公共资源交易/公资交易:招标,投标,评标|医疗保障/医保:参保,结算,药品目录|不动产登记:产权,抵押,房屋
城市管理/城管:市容,占道,执法队伍|综合治理/综治:网格员,矛盾纠纷,重点人群|应急指挥:预案,险情,救援队伍|生态环境:排污口,断面,空气质量
水务:水库,泵站,供水管网|排水防涝:内涝点,雨量,管渠|气象:预警信号,台风,降雨|地质灾害/地灾:隐患点,边坡,监测桩
食品安全/食安:餐饮单位,抽检,明厨亮灶|药品监管/药监:药店,处方,疫苗|特种设备/特设:电梯,锅炉,压力容器|市场主体登记:营业执照,经营范围,注销
税费征缴:税源,社保费,缴费人|人力资源社会保障/人社:就业岗位,技能培训,参保人|养老:老年人,护理床位,助餐点|残疾人:辅具,康复机构,残疾证
婚姻登记:预约号,结婚证,档案补录|殡葬:公墓,火化,殡仪车|社会救助:低保户,救助金,入户核查|儿童福利:孤儿,留守儿童,探访
教育:学籍,学区,教师|招生考试:考场,准考证,志愿|校园安全:校门,护学岗,校车|职业教育/职教:实训室,校企合作,技能证书
卫生健康/卫健:诊疗记录,挂号,检验报告|疾病防控/疾控:流调,疫点,监测哨点|血液管理:献血者,血站,血型库存|妇幼保健/妇幼:孕产妇,新生儿,产检
公共交通:公交线路,站台,刷卡记录|道路运输:货运车辆,驾驶员,从业资格|港口航运:泊船,装卸,航标|铁路沿线:护路员,道口,彩钢棚
农业农村:种植大户,农机,补贴面积|畜牧兽医:养殖场,检疫证,免疫|林业:古树,采伐证,护林员|海洋渔业:渔船,休渔期,渔港
粮食储备:粮库,粮温,轮换|乡村振兴:脱贫户,帮扶干部,产业项目|农村集体三资:资产台账,村账,承包合同|高标准农田:田块,灌渠,管护
文化旅游/文旅:景区,客流,导游|图书馆:馆藏,借阅证,阅览座位|博物馆:文物,展厅,讲解|体育场馆:场地,赛事,健身卡
广播电视:节目,播出,应急广播|档案:卷宗,全文检索,接收移交|方志:年鉴,志稿,地情|新闻出版:期刊,版权,发行
科技计划:课题,专家库,经费拨付|知识产权:专利,商标,侵权线索|工业经济运行:规上企业,产值,能耗|中小企业:惠企政策,融资需求,诉求
招商引资:意向项目,载体,签约|商务:外贸企业,展会,商圈|口岸:通关,船期,查验|自由贸易试验区:备案企业,跨境,创新案例
财政预算:指标,支付,绩效目标|国有资产/国资:房产,处置,出租|政府采购:采购意向,供应商,履约|审计:审计项目,疑点,整改
统计:名录库,报表,普查员|发展改革:投资项目,赋码,重大工程|价格:农产品,价格监测,成本监审|信用:失信名单,信用报告,修复
公安交管:违法,信号灯,卡口|治安防控:视频点位,巡逻,旅馆|户籍:身份证,居住证,户口|出入境:护照,签证,预约
司法行政/司法:调解员,法律援助,公证|社区矫正:矫正对象,定位,汇报|行政执法:案卷,执法证,裁量|行政复议:复议申请,听证,卷宗
消防:消火栓,重点单位,接处警|人民防空/人防:人防工程,警报器,疏散|住房保障/住保:公租房,申请家庭,配租|物业:业主,维修资金,小区
建筑工地:塔吊,扬尘,劳务实名|燃气:调压站,瓶装气,入户安检|供热:换热站,室温,热用户|园林绿化:绿地,古木,养护
环境卫生/环卫:垃圾转运站,清扫车,公厕|垃圾分类:投放点,桶站,积分|自然资源:地块,国土规划,测绘|矿产:采矿权,矿山,储量
"""
# What is made for it: a name, and the work it does.
_MAKINGS = """
监管:监督检查任务派发,问题线索汇聚,整改闭环跟踪|调度:资源调度,值班排班,联动会商|预约:网上预约,取号叫号,爽约处理
巡查:巡查路线规划,现场拍照上报,轨迹回放|预警:阈值设定,分级告警推送,趋势研判|执法办案:立案审批,文书生成,案件归档
档案:扫描著录,借阅审批,到期鉴定|统计分析:指标定义,报表自动生成,多维钻取|视频监控:画面轮巡,算法识别,录像调阅
物联感知:设备接入,远程抄表,故障自检|收费:账单生成,在线缴纳,退费对账|补贴发放:资格比对,公示,发放到卡
培训考试:课程学习,题库组卷,成绩发证|投诉举报:诉求受理,分派限办,回访评价|许可审批:申报材料核验,并联审批,证照制发
信用评价:评分模型,等级公示,异议复核|地图:图层管理,空间查询,专题图制作|数据治理:目录编制,质量核验,血缘追踪
数据共享交换:接口发布,调用审计,流量控制|移动办公:待办提醒,在线签批,通讯录|会议:会议室预定,议题征集,纪要分发
资产盘点:标签打印,扫码盘点,折旧计提|仓储:入库验收,库存预警,出库复核|合同:范本管理,履约节点提醒,付款登记
招标采购:需求征集,评审抽取,结果公示|绩效考核:目标分解,月度打分,排名通报|问卷调查:题目设计,样本抽取,结果交叉
在线咨询:智能问答,人工转接,知识库维护|直播课堂:排课,互动答疑,回看|远程诊断:影像上传,专家会诊,意见回传
溯源:赋码,流向登记,扫码查询|证照核发:制证排队,电子证照签发,补换领|勘查:点位布设,影像比对,成果入库
应急广播:分区播发,终端状态监测,播发记录|门禁:人脸登记,访客邀约,通行记录|能耗监测:分项计量,用能对标,节能诊断
运行大屏:态势总览,专题切换,指挥联动|仿真推演:情景设置,模型计算,结果对比|一张图:要素上图,叠加分析,变更留痕
积分激励:积分规则,兑换商城,排行榜|招聘:岗位发布,简历投递,面试安排|志愿者:招募,服务时长记录,星级评定
众筹议事:议题发起,线上表决,结果公开|租赁:房源发布,租约备案,押金监管|保险:投保,理赔查勘,赔付核对
质量抽检:抽样计划,检验结果录入,不合格处置|风险画像:标签体系,关系图谱,风险清单|云桌面:桌面分发,外设管控,镜像维护
短信通知:模板审核,定时群发,回执统计|电子票据:开票,核销,归集入账|车辆调配:用车申请,派车,里程核算
人员定位:定位卡绑定,电子围栏,走失提醒|科普宣传:内容编审,专题投放,阅读统计|项目申报:指南发布,材料填报,专家评审
驾驶舱:核心指标,下钻,对标|公示公告:稿件审核,定向发布,到期下架|双随机抽查:随机抽取,检查结果公示,部门联查
无人机巡检:航线规划,自动起降,图像回传|智能客服:语义理解,多轮对话,工单转办|接诉即办:工单流转,超时督办,满意度测评
"""
CITIES = {
    "4401": "广州市", "4403": "深圳市", "4404": "珠海市", "4406": "佛山市", "4407": "江门市", "4412": "肇庆市",
    "4413": "惠州市", "4414": "梅州市", "4415": "汕尾市", "4416": "河源市", "4418": "清远市", "4451": "潮州市",
}  # fmt: skip
PLACES = frozenset({*CITIES.values(), *(name.removesuffix("市") for name in CITIES.values()), "广东省", "广东"})
_ENDINGS = (
    "系统",
    "平台",
    "信息系统",
    "管理系统",
    "服务平台",
    "综合管理平台",
    "信息化平台",
    "应用系统建设项目",
    "平台建设项目",
)
_STYLES = ("", "智慧", "数字", "智能", "")
_AIMS = (
    "解决{field}中{thing}底数不清、{work}靠人工的问题，提高{making}效率。",
    "为{field}部门提供统一的{making}手段，实现{thing}全过程可查，减少重复报表。",
    "落实省关于{field}的工作要求，围绕{thing}建立{making}机制，方便群众和企业办事。",
    "整合分散的{field}数据，支撑{work}，为{making}提供依据。",
)
_DOINGS = ("{thing}{work}", "对{thing}开展{work}", "{work}（覆盖{thing}）", "面向{thing}的{work}", "支持{thing}{work}")
_EXTRAS = (
    "用户与权限管理",
    "日志审计",
    "移动端小程序",
    "与省一体化平台对接",
    "统一身份认证接入",
    "数据看板",
    "消息提醒",
)
_CATEGORIES = ("application", "platform", "data_platform", "infrastructure", "operation")


def _parsed(text: str) -> list[tuple[str, tuple[str, ...]]]:
    items = [one for line in text.split("\n") for one in line.split("|") if one]
    return [(name, tuple(words.split(","))) for name, words in (one.split(":") for one in items)]


FIELDS, MAKINGS = _parsed(_FIELDS), _parsed(_MAKINGS)


def ledger(count: int, seed: int = 1) -> list[Work]:
    """Different projects, each a field of government and something made for it; no two are the same pair."""
    draw = random.Random(seed)
    whole = [(field, making) for field in FIELDS for making in MAKINGS]
    assert count <= len(whole), f"only {len(whole)} different projects can be made up"
    return [_work(f"P{place}", *pair, draw) for place, pair in enumerate(draw.sample(whole, count))]


def _work(
    key: str, field: tuple[str, tuple[str, ...]], making: tuple[str, tuple[str, ...]], draw: random.Random
) -> Work:
    full = field[0].split("/")[0]
    code, city = draw.choice(sorted(CITIES.items()))
    lines = [
        draw.choice(_DOINGS).format(thing=thing, work=work)
        for thing in field[1]
        for work in draw.sample(making[1], draw.choice((1, 2, 3)))
    ]
    lines += draw.sample(_EXTRAS, draw.choice((0, 1, 2)))
    said = {"field": full, "thing": draw.choice(field[1]), "work": draw.choice(making[1]), "making": making[0]}
    return Work(
        key=key,
        name=f"{city}{draw.choice(_STYLES)}{full}{making[0]}{draw.choice(_ENDINGS)}",
        purpose="".join(one.format(**said) for one in draw.sample(_AIMS, 2)),
        functions="；".join(lines) + "。",
        data="，".join(f"{thing}信息" for thing in field[1]),
        category=draw.choice(_CATEGORIES),
        region=f"44/{code}",
    )


# --- the same again, as it comes back --------------------------------------------------------------------------------


def in_another_city(work: Work, draw: random.Random) -> Work:
    old = CITIES[work.region.rsplit("/", 1)[1]]
    code, new = draw.choice([one for one in sorted(CITIES.items()) if one[1] != old])
    return replace(
        work, name=work.name.replace(old, new), purpose=f"根据{new}要求，{work.purpose}", region=f"44/{code}"
    )


def renamed(work: Work, draw: random.Random) -> Work:
    """Other ending, other fashion word, the middle turned round; functions as before."""
    city, body = work.name[:3], work.name[3:]
    for word in (*_ENDINGS, "智慧", "数字", "智能"):
        body = body.replace(word, "")
    half = len(body) // 2
    body = body[half:] + body[:half] if draw.random() < 0.5 else body
    return replace(work, name=f"{city}{draw.choice(('一体化', '新一代', ''))}{body}{draw.choice(_ENDINGS)}（二期）")


def reordered(work: Work, draw: random.Random) -> Work:
    """Functions in another order, numbered, one left out, one added."""
    lines = work.functions.rstrip("。").split("；")
    draw.shuffle(lines)
    lines = [*lines[1:], "历史数据迁移"]
    said = "\n".join(f"{number}.{line}" for number, line in enumerate(lines, start=1))
    return replace(renamed(work, draw), functions=said)


def abbreviated(work: Work, draw: random.Random) -> Work:
    """Under the name that officials use, or without city and ending."""
    name = work.name[3:]
    for field, _things in FIELDS:
        full, _slash, short = field.partition("/")
        name = name.replace(full, short or full)
    lines = work.functions.rstrip("。").split("；")
    return replace(work, name=name, functions="；".join(lines[: max(2, len(lines) - 2)]), data="")


def in_other_signs(work: Work, _draw: random.Random) -> Work:
    """Full-width signs, a year, a phase, other punctuation."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    functions = work.functions.replace("；", "、").translate(wide)
    return replace(work, name=f"{work.name}(2026年)第三期".translate(wide), functions=functions)


def under_another_name(work: Work, draw: random.Random) -> Work:
    """Nothing of the name is left; the functions are the same, two left out, the purpose is written anew."""
    lines = work.functions.rstrip("。").split("；")
    draw.shuffle(lines)
    name = draw.choice(("民生云脑", "城市慧眼", "善治通", "一网管到底", "惠民直通车", "智治中枢"))
    return replace(
        work, name=f"{name}平台", functions="；".join(lines[2:] or lines), purpose="提升治理能力和服务水平。"
    )


DISGUISES: tuple[Callable[[Work, random.Random], Work], ...] = (
    in_another_city,
    renamed,
    reordered,
    abbreviated,
    in_other_signs,
    under_another_name,
)


def disguised(work: Work, draw: random.Random) -> Work:
    """A near-duplicate in one of the ways, without its key."""
    return replace(draw.choice(DISGUISES)(work, draw), key="proposal")
