// Judges patients' histories by porcupine: whether some order of the operations, each somewhere between its call and its
// answer, gives every answer that clients got. Reads a history a line from standard input, prints a verdict a line, and ends
// with 1 if one of them is not linearizable. The rules are those of spec/grants.md, written once more.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// lineMaxBytes is the longest history that is read.
const lineMaxBytes = 64 << 20

// timeout is how long one history may take; what takes longer is unknown.
const timeout = 20 * time.Second

// rule is a grant or a denial. Its place in the list is its name.
type rule struct {
	Denies      bool     `json:"denies"`
	AuthorityID string   `json:"authorityId"`
	Purposes    []string `json:"purposes"`
	ScopeTags   []string `json:"scopeTags"`
	// Milliseconds since 1970.
	FromMs  float64  `json:"fromMs"`
	UntilMs *float64 `json:"untilMs"`
	Seq     int      `json:"seq"`
}

type version struct {
	// IsOthers says that another author than the patient's gateway has tagged it.
	IsOthers  bool       `json:"isOthers"`
	Author    string     `json:"author"`
	TagGroups [][]string `json:"tagGroups"`
}

type operation struct {
	Client int    `json:"client"`
	Kind   string `json:"kind"`
	// Rule is that which is recorded or ended; -1 for none.
	Rule      int      `json:"rule"`
	Seq       int      `json:"seq"`
	Requester string   `json:"requester"`
	Purpose   string   `json:"purpose"`
	RecordID  string   `json:"recordId"`
	AtMs      float64  `json:"atMs"`
	CalledMs  float64  `json:"calledMs"`
	Returned  *float64 `json:"returnedMs"`
	// Outcome is OK, GRANT_REVOKED, permit or deny; empty where nobody has answered.
	Outcome string `json:"outcome"`
}

type history struct {
	PatientID  string             `json:"patientId"`
	Rules      []rule             `json:"rules"`
	Versions   map[string]version `json:"versions"`
	Operations []operation        `json:"operations"`
}

// state is what a patient has decided so far: for each rule whether it is there, or was ended, perhaps before it came.
type state struct {
	rules          string
	revokedThrough int
}

const (
	unknown = byte(iota)
	stands
	ended
)

func (h *history) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{rules: string(make([]byte, len(h.Rules)))} },
		Step: func(before, input, output any) (bool, any) {
			return h.step(before.(state), input.(operation), output.(string))
		},
		Equal: func(a, b any) bool { return a.(state) == b.(state) },
	}
}

func (h *history) step(before state, op operation, outcome string) (bool, state) {
	switch op.Kind {
	case "grant", "deny":
		r := h.Rules[op.Rule]
		isVoid := before.rules[op.Rule] == ended || (!r.Denies && r.Seq <= before.revokedThrough)
		if isVoid {
			return outcome != "OK", before
		}
		return outcome != "GRANT_REVOKED", before.with(op.Rule, stands)
	case "revoke", "end-denial":
		return true, before.with(op.Rule, ended)
	case "revoke-all":
		after := before
		after.revokedThrough = max(before.revokedThrough, op.Seq)
		return true, after
	default:
		if outcome == "" {
			return true, before
		}
		return h.permits(before, op) == (outcome == "permit"), before
	}
}

func (s state) with(rule int, what byte) state {
	rules := []byte(s.rules)
	rules[rule] = what
	return state{rules: string(rules), revokedThrough: s.revokedThrough}
}

func (h *history) permits(now state, op operation) bool {
	v := h.Versions[op.RecordID]
	if v.Author == op.Requester {
		return true
	}
	permitted := false
	for i, r := range h.Rules {
		if now.rules[i] != stands || !r.isAsked(op) {
			continue
		}
		if r.Denies && r.mayBeAbout(v) {
			return false
		}
		if !r.Denies && r.Seq > now.revokedThrough && r.coversAll(v) {
			permitted = true
		}
	}
	return permitted
}

func (r rule) isAsked(op operation) bool {
	isAbout := r.AuthorityID == op.Requester || (r.Denies && r.AuthorityID == "*")
	isNow := r.FromMs <= op.AtMs && (r.UntilMs == nil || op.AtMs < *r.UntilMs)
	return isAbout && isNow && slices.Contains(r.Purposes, op.Purpose)
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(each string) bool { return slices.Contains(b, each) })
}

func (r rule) coversAll(v version) bool {
	if len(r.ScopeTags) == 0 {
		return true
	}
	misses := func(group []string) bool { return !share(group, r.ScopeTags) }
	return len(v.TagGroups) > 0 && !slices.ContainsFunc(v.TagGroups, misses)
}

func (r rule) mayBeAbout(v version) bool {
	hits := func(group []string) bool { return share(group, r.ScopeTags) }
	return len(r.ScopeTags) == 0 || len(v.TagGroups) == 0 || v.IsOthers || slices.ContainsFunc(v.TagGroups, hits)
}

func (h *history) check() porcupine.CheckResult {
	operations := make([]porcupine.Operation, len(h.Operations))
	for i, op := range h.Operations {
		returned := int64(math.MaxInt64)
		if op.Returned != nil {
			returned = int64(*op.Returned * 1e6)
		}
		operations[i] = porcupine.Operation{
			ClientId: op.Client,
			Input:    op,
			Call:     int64(op.CalledMs * 1e6),
			Output:   op.Outcome,
			Return:   returned,
		}
	}
	return porcupine.CheckOperationsTimeout(h.model(), operations, timeout)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineMaxBytes)
	failed := false
	for lines.Scan() {
		var h history
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		result := h.check()
		failed = failed || result == porcupine.Illegal
		fmt.Printf("%s %d %s\n", h.PatientID, len(h.Operations), result)
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}
