"""A small made-up folder of outside data with every trap of the real one, for tests."""

import gzip
import json
from pathlib import Path

HEAD = "at,slug,status,code,response_ms,url,commit"
# Down for its whole life; a repeated state; 0 ms; an outage over the end of a month; one that is open at the end.
EVENTS = [
    ("2021-03-03T17:35:14+00:00", "bea-gov", "up", "200", "261"),
    ("2021-03-03T17:35:15+00:00", "dark-gov", "down", "0", "0"),
    ("2021-03-05T00:00:00+00:00", "bea-gov", "up", "200", "250"),
    ("2021-03-10T10:00:00+00:00", "bea-gov", "down", "503", "0"),
    ("2021-03-10T10:30:00+00:00", "bea-gov", "up", "200", "300"),
    ("2021-03-31T15:00:00+00:00", "bea-gov", "down", "0", "0"),
    ("2021-03-31T17:00:00+00:00", "bea-gov", "up", "200", "310"),
    ("2021-04-02T00:00:00+00:00", "dark-gov", "down", "0", "0"),
    ("2021-04-20T06:00:00+00:00", "bea-gov", "down", "500", "0"),
]
ENDED = "2021-04-25T12:00:00+00:00"
USAGE_HEAD = "slug,dept_abbr,agency,service,calendar_quarter,total,digital"
QUARTERS = [f"{year}-Q{quarter}" for year in range(2012, 2018) for quarter in range(1, 5)][2:23]


def usage_lines() -> list[str]:
    """A whole series, one with an impossible quarter, one with blanks and a zero, and one that nobody needs."""
    lines = [f'whole,D,"Agency, the",Tax a vehicle,{quarter},"1,200",600' for quarter in QUARTERS]
    lines += ["odd,D,Agency B,Odd  service ,2012-Q3,100,40", "odd,D,Agency B,Odd  service ,2012-Q4,90,99"]
    lines += ["odd,D,Agency B,Odd  service ,2013-Q1,,7", "odd,D,Agency B,Odd  service ,2013-Q2,0,0"]
    lines += ["odd,D,Agency B,Odd  service ,2013-Q3,110,", "short,D,Agency C,Short,2015-Q1,5,5"]
    return lines


def make_folder(folder: Path) -> Path:
    """The folder as `flask demo real` wants it."""
    for name in ("availability", "usage"):
        (folder / name).mkdir(parents=True)
    lines = [HEAD, *(",".join((*one, "https://x", "c0ffee")) for one in EVENTS)]
    packed = gzip.compress("\n".join(lines).encode() + b"\n")
    (folder / "availability" / "us10x_events.csv.gz").write_bytes(packed)
    summary = {slug: {"commit_date": ENDED, "slug": slug} for slug in ("bea-gov", "dark-gov")}
    (folder / "availability" / "us10x_final_summary.json").write_text(json.dumps(summary))
    (folder / "usage" / "govuk_quarterly.csv").write_text("\n".join([USAGE_HEAD, *usage_lines()]) + "\n")
    return folder
