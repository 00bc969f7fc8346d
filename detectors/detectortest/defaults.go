package detectortest

import (
	"encoding/json"
	"strconv"
)

// The place and the time of the healthy world. Tests that do not care for them leave them out.
const (
	defaultTownship = "331024001"
	defaultEmployer = "E1"
)

// topics in the order in which records of them are stored.
var topics = []string{"projects", "employers", "workers", "attendance", "payroll", "account_entries", "complaints", "proceedings", "signals",
	"permits", "closures"}

// fields are the record contract's fields of each topic with their healthy values. absent: may be given, and is left out
// otherwise; follows: derived from the other fields (see complete).
var fields = map[string]map[string]any{
	"projects": {
		"name": "甲工程", "township": defaultTownship, "sector": "construction", "investment": "private",
		"developer_uscc": follows, "contractor_uscc": follows, "contractor_name": "乙建筑公司",
		"contract_yuan": num(10_000_000), "contract_signed_on": "2026-01-05", "permit_on": "2026-01-15", "started_on": "2026-02-01",
		"completed_on": absent, "status": "building", "pay_day": num(15), "labor_cost_day": num(10), "labor_cost_yuan": num(100_000),
		"account":           map[string]any{"id": "A1", "opened_on": "2026-01-20", "bank": "农业银行"},
		"deposit":           map[string]any{"form": "guarantee", "yuan": num(200_000), "lodged_on": "2026-01-25", "valid_until": "2028-01-25"},
		"payment_guarantee": true, "notice_board": true, "labor_officer": true,
	},
	"employers": {
		"name": "乙建筑公司", "township": defaultTownship, "industry": "E", "legal_person": "王某", "legal_person_id": absent,
		"investor_id": absent,
		"headcount":   num(100), "status": "active",
	},
	"workers": {
		"id_type": "resident", "id_number": follows, "name": "李某", "phone": absent, "bank_account": follows, "project_id": absent,
		"employer_uscc": follows, "team": "一班", "job": "钢筋工", "contract_signed_on": follows, "entered_on": "2026-02-01", "left_on": absent,
		"settled_on": absent, "settled_confirmed": false, "wage_basis": "day", "wage_yuan": num(300),
	},
	"attendance": {
		"id_type": "resident", "id_number": follows, "project_id": follows, "employer_uscc": follows, "work_date": follows,
		"check_in": absent, "check_out": absent, "hours": num(8), "device": absent,
	},
	"payroll": {
		"id_type": "resident", "id_number": follows, "project_id": absent, "employer_uscc": follows, "wage_month": follows, "due_on": follows,
		"gross_yuan": follows, "deducted_yuan": num(0), "payable_yuan": num(6000), "paid_yuan": follows, "paid_on": follows,
		"channel": "special_account", "payee_account": follows, "signed": true, "tax_yuan": absent, "insurance_yuan": absent,
	},
	"account_entries": {
		"project_id": follows, "account_id": "A1", "booked_at": follows, "kind": "labor_cost_in", "reason": absent, "yuan": num(100_000), "balance_yuan": follows,
		"counterparty": absent,
	},
	"complaints": {
		"channel": "hotline", "township": defaultTownship, "project_id": absent, "employer_uscc": absent, "workers": num(1), "yuan": num(6000),
		"received_on": follows, "status": "received", "status_on": follows, "department": absent, "resolved_on": absent, "paid_yuan": absent,
		"incident": "none", "participants": absent, "satisfaction": absent, "conclusion": absent, "concluded_by": absent,
		"reopened_on": absent, "accepted_on": absent, "filed_on": absent, "extended_on": absent, "suspended_from": absent, "suspended_to": absent,
		"merged_into": absent,
	},
	"proceedings": {
		"kind": "rectification_order", "complaint_id": absent, "township": defaultTownship, "project_id": absent, "employer_uscc": follows,
		"workers": num(5), "yuan": num(20_000), "opened_on": follows, "due_on": absent, "closed_on": absent, "outcome": absent,
		"paid_yuan": absent, "recovered_yuan": absent, "wage_from": absent, "wage_to": absent,
	},
	"signals": {
		"employer_uscc": follows, "month": follows, "indicator": "electricity_kwh", "value": num(1000),
	},
	"permits": {
		"name": "甲工程", "township": defaultTownship, "sector": "construction", "developer_uscc": follows, "contractor_uscc": follows,
		"permit_on": "2026-01-15", "contract_yuan": num(10_000_000), "project_id": absent,
	},
	"closures": {
		"project_id": absent, "employer_uscc": absent, "wage_month": follows, "worker_key": follows, "reason": "paid_otherwise", "note": "经核实",
		"by": "inspector", "approved_by": "supervisor", "closed_on": follows, "reopened_on": absent,
	},
}

// sources are who sends a topic unless the entry says source: of the policy's order of precedence.
var sources = map[string]string{
	"projects": "city-platform", "employers": "city-platform", "workers": "city-platform", "attendance": "site-gate", "payroll": "wage-bank",
	"account_entries": "wage-bank", "complaints": "city-platform", "proceedings": "city-platform", "signals": "city-platform",
	"permits": "city-platform", "closures": "anxin",
}

type marker string

const (
	absent  marker = "absent"
	follows marker = "follows"
)

func num(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
