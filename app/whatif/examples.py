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
    "availability": """{
  "period": ["2026-09-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00"],
  "service_start": null,
  "schedule": "24x7",
  "min_outage_minutes": 1,
  "outages": [
    {"from": "2026-09-03T02:00:00+08:00", "to": "2026-09-03T02:40:00+08:00"},
    {"from": "2026-09-03T02:30:00+08:00", "to": "2026-09-03T03:00:00+08:00", "weight": "0.5"},
    {"from": "2026-09-12T01:00:00+08:00", "to": "2026-09-12T03:00:00+08:00"}
  ],
  "exclusions": [
    {"from": "2026-09-12T01:00:00+08:00", "to": "2026-09-12T03:00:00+08:00", "reason": "已公告的维护"}
  ],
  "now": "2026-10-08T09:00:00+08:00"
}
""",
    "budget": """[
  {"objective": "99.9", "window_seconds": 2592000, "good": 999280, "bad": 720},
  {
    "objective": "99.9",
    "window_seconds": 3600,
    "now": "2026-09-03T02:40:00+08:00",
    "outages": [{"from": "2026-09-03T02:30:00+08:00", "to": null}]
  }
]
""",
    "score": """{
  "scheme": {
    "code": "SC-EXAMPLE",
    "name": "示例方案",
    "status": "D",
    "precision": 2,
    "missing": "reweight",
    "repeat": {"factor": 2},
    "grades": [
      {"name": "优", "at_least": "90"},
      {"name": "良", "at_least": "80"},
      {"name": "中", "at_least": "60"},
      {"name": "差", "below": "60"}
    ],
    "items": [
      {"indicator": "KI-001", "weight": "60", "function": {"kind": "linear", "floor": "99", "target": "99.9"}},
      {"indicator": "KI-014", "weight": "20", "function": {"kind": "met", "at_least": "100"}},
      {"indicator": "KI-050", "weight": "20", "function": {"kind": "qualitative", "scorers": 2}}
    ],
    "vetoes": [{"code": "data-leak", "name": "数据泄露"}],
    "deductions": {
      "rules": [
        {
          "code": "availability",
          "indicator": "KI-001",
          "repeat": true,
          "measure": {
            "kind": "bands",
            "bands": [
              {"at_least": "99", "points": 0},
              {"at_least": "98", "points": 1},
              {"at_least": "97", "points": 2},
              {"at_least": "96", "points": 3},
              {"points": 4}
            ]
          },
          "charge": {"kind": "percent_per_point", "percent": "1"}
        }
      ],
      "period_cap": {"percent": "10"}
    }
  },
  "fee_fen": 100000000,
  "periods": [
    {"period": "2026-07", "figures": {"KI-001": "96.5", "KI-014": null}, "qualitative": {"KI-050": ["85", "90"]}},
    {"period": "2026-08", "figures": {"KI-001": "98.5", "KI-014": "-"}, "qualitative": {"KI-050": ["90", "92"]}},
    {"period": "2026-09", "figures": {"KI-001": "99.95", "KI-014": "100"}, "qualitative": {"KI-050": ["95", "90"]}}
  ]
}
""",
    "screen": """{
  "lists": ["NL-A"],
  "divisions": ["广州市", "广东省"],
  "facts": {
    "project": {
      "kind": "new",
      "category": "application",
      "estimate": 300000000,
      "design_budget": 340000000,
      "documents": ["feasibility", "preliminary_design"],
      "budget_item": "YS-2026-0042",
      "budget_year": 2026,
      "approved_on": "",
      "build_started_on": "2026-06-01"
    }
  },
  "answers": {"NL-A07": false}
}
""",
}
