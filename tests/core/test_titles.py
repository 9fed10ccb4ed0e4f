"""Long titles are broken into even lines between words; short ones stay as they are."""

import pytest

from app.core.typesetting.titles import in_lines


@pytest.mark.parametrize(
    "title, lines",
    [
        ("政务服务一体化平台", 1),
        ("粤省事便民服务平台运营服务合同绩效报告书", 1),
        ("广州市政务服务一体化平台升级改造项目权责清单", 2),
        ("石碣镇一网统管指挥平台（二期）建设运营项目政企双方权责清单", 2),
        ("API 网关与 OpenDataPlatform 2.0 数据共享交换平台运维服务合同", 2),
        ("广东省人民政府政务服务和数据管理局关于数字政府公共支撑平台运营服务的绩效评价报告（2026年第三季度）", 3),
    ],
)
def test_lines_are_even_and_end_between_words(title, lines):
    broken = in_lines(title, 20).split("\n")
    assert len(broken) == lines
    assert "".join(broken).replace(" ", "") == title.replace(" ", "")
    assert all(len(line) <= 40 for line in broken)
    if lines > 1:
        # No widow: the last line is at least half as long as the longest.
        assert min(map(len, broken)) * 2 >= max(map(len, broken))
    for line in broken[1:]:
        assert line[0] not in "，、。：；）》的与和"


def test_a_line_ends_after_a_word_where_one_is_near():
    assert in_lines("广州市政务服务一体化平台升级改造项目权责清单", 20).startswith("广州市政务服务一体化平台\n")
    assert "2.0" in in_lines("API 网关与 OpenDataPlatform 2.0 数据共享交换平台运维服务合同", 20)


@pytest.mark.parametrize("title", ["", "字", "A" * 200, "测" * 500, "（" * 60])
def test_whatever_the_title_nothing_is_lost(title):
    assert in_lines(title, 20).replace("\n", "") == title
