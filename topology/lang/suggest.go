package lang

import "strings"

// Suggest names the candidate that is meant, as "; did you mean login?", or nothing when none is near. Requires: the
// candidates are sorted, so that the answer is the same every time.
func Suggest(name string, candidates []string) string {
	best, bestDistance := "", 1+slips(len(name))
	for _, candidate := range candidates {
		if d := distance(name, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return prefixSuggestion(name, candidates)
	}
	return "; did you mean " + best + "?"
}

// slips is how many slips of the pen a name of a length may have.
func slips(length int) int {
	switch {
	case length < 2:
		return 0
	case length < 6:
		return 1
	}
	return 2
}

func prefixSuggestion(name string, candidates []string) string {
	for _, candidate := range candidates {
		if len(name) >= 3 && strings.HasPrefix(candidate, name) {
			return "; did you mean " + candidate + "?"
		}
	}
	return ""
}

// distance is Levenshtein's with neighbours that changed places as one slip: insertions, deletions, replacements, swaps.
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := above[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
