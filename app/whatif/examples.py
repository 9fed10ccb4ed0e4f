"""One input for each calculation, to start from on the page 试算."""

EXAMPLES: dict[str, str] = {
    "due": """[
  {"calendar": "cn-workdays", "start": "2026-09-24T10:00:00+08:00", "minutes": 480, "pauses": []},
  {"start_date": "2026-02-13", "workdays": 2},
  {"start_date": "2026-01-20", "days": 30, "roll": true},
  {"start_date": "2026-08-31", "months": 6, "roll": true}
]
""",
    "elapsed": """{
  "calendar": {
    "tz": "Asia/Shanghai",
    "week": {"1": [["09:00", "12:00"], ["14:00", "18:00"]], "2": [["09:00", "18:00"]]},
    "holidays": ["2026-10-01"],
    "overrides": {"2026-10-10": [["09:00", "18:00"]]}
  },
  "start": "2026-09-28T08:00:00+08:00",
  "end": "2026-10-10T12:00:00+08:00",
  "pauses": [["2026-09-29T10:00:00+08:00", "2026-09-29T11:00:00+08:00"]]
}
""",
}
