package lang

import "strings"

// Suggest names the candidate that is meant, as "; did you mean login?", or nothing when none is near. Requires: the
// candidates are sorted, so that the answer is the same every time.
func Suggest(name string, candidates []string) string {
	best, bestDistance := "", min(3, len(name)/2+1)
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

func prefixSuggestion(name string, candidates []string) string {
	for _, candidate := range candidates {
		if len(name) >= 3 && strings.HasPrefix(candidate, name) {
			return "; did you mean " + candidate + "?"
		}
	}
	return ""
}

// distance is Levenshtein's: insertions, deletions and replacements.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
