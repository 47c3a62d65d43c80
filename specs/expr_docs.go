package specs

import "maps"

// exprDocs say what the names of expressions are.
func exprDocs() map[string]string {
	return map[string]string{
		"turns": "Finished answers of participants.", "rounds": "Rounds of the session's own pattern.", "calls": "Calls of models.",
		"tool_calls": "Calls of tools.", "handoffs": "Handovers of the floor.", "elapsed": "Seconds since the session started.",
		"usage":    "Tokens and cost so far: `input_tokens`, `output_tokens`, `total_tokens`, `cost` in USD.",
		"last":     "The last message. `last.exists` says whether there is one.",
		"first":    "The first message.",
		"messages": "The last 200 messages, oldest first.",
		"agents":   "The participants by name: `agents['writer'].turns`.",
		"data":     "The latest structured answers by agent: `data.critic.score`.",
		"outcome":  "How the session ended, where that is known.",
		"here":     "The pattern's own view: its turns, rounds, last message and data.",
		"agent":    "Who is asked, in the conditions of scripted answers.",
		"input":    "The last message of the request, in the conditions of scripted answers.",
		"call":     "The number of the provider's call in the session, from 1, in the conditions of scripted answers.",
		"var":      "The variables of the scenario. Their values are put in when it is loaded.",
		"local":    "The locals of the scenario. Their values are put in when it is loaded.",
	}
}

// fieldDocs say what the fields of messages, participants and usage are.
func fieldDocs() map[string]string {
	return map[string]string{
		"exists": "Whether there is such a message.", "content": "What was said.", "agent": "Who said it; `user` is the person's side.",
		"role": "`user`, `assistant` or `system`.", "type": "The message's type: `text`.", "data": "The structured answer, as JSON.",
		"turn": "The number of the turn.", "turns": "Finished turns.", "rounds": "Finished rounds.", "tokens": "Tokens of its calls.",
		"last": "The last message.", "input_tokens": "Tokens that were read.", "output_tokens": "Tokens that were written.",
		"total_tokens": "Tokens in all.", "cost": "USD; 0 while unknown.",
	}
}

// operatorDocs are the operators that are words.
func operatorDocs() map[string]string {
	return map[string]string{
		"and": "Both are true.", "or": "One of both is true.", "not": "The opposite.", "in": "Is an element of a list, or a key of an object.",
		"contains": "The text on the left has the one on the right in it.", "startsWith": "The text begins so.", "endsWith": "The text ends so.",
		"matches": "The text matches a regular expression.", "true": "", "false": "", "nil": "Nothing.", "let": "Names a value: `let x = turns; x > 3`.",
	}
}

// A functionDoc describes a function of expressions.
type functionDoc struct{ signature, doc string }

// functionDocs describe the functions that expressions may call.
func functionDocs() map[string]functionDoc {
	docs := listDocs()
	maps.Copy(docs, map[string]functionDoc{
		"abs": {"abs(number)", "The number without its sign."}, "ceil": {"ceil(number)", "The next whole number above."},
		"floor": {"floor(number)", "The next whole number below."}, "round": {"round(number)", "The nearest whole number."},
		"int": {"int(value)", "A whole number made of a number or a text."}, "float": {"float(value)", "A number made of a text."},
		"string": {"string(value)", "A text made of any value."}, "type": {"type(value)", "The name of a value's type."},
		"len":  {"len(value)", "The length of a text, a list or an object."},
		"trim": {"trim(text[, characters])", "The text without space at its ends."}, "upper": {"upper(text)", "The text in capitals."},
		"lower":      {"lower(text)", "The text in small letters."},
		"trimPrefix": {"trimPrefix(text, prefix)", "The text without its beginning."}, "trimSuffix": {"trimSuffix(text, suffix)", "The text without its end."},
		"hasPrefix": {"hasPrefix(text, prefix)", "Whether the text begins so."}, "hasSuffix": {"hasSuffix(text, suffix)", "Whether the text ends so."},
		"indexOf":     {"indexOf(text, part)", "Where a part first stands, -1 if nowhere."},
		"lastIndexOf": {"lastIndexOf(text, part)", "Where a part last stands, -1 if nowhere."},
		"repeat":      {"repeat(text, times)", "The text several times."}, "replace": {"replace(text, old, new)", "The text with a part replaced."},
		"split": {"split(text, separator)", "The parts of a text."}, "join": {"join(list[, separator])", "One text of several."},
		"toJSON": {"toJSON(value)", "The value as JSON."}, "fromJSON": {"fromJSON(text)", "The value of a JSON text."},
		"bitand": {"bitand(a, b)", "The bits that both have."}, "bitor": {"bitor(a, b)", "The bits that one has."},
		"bitxor": {"bitxor(a, b)", "The bits in which they differ."}, "bitnand": {"bitnand(a, b)", "The bits of a that b has not."},
		"bitnot": {"bitnot(a)", "All bits turned round."}, "bitshl": {"bitshl(a, n)", "The bits moved up."},
		"bitshr": {"bitshr(a, n)", "The bits moved down."}, "bitushr": {"bitushr(a, n)", "The bits moved down, without the sign."},
	})
	return docs
}

// listDocs describe the functions over lists and objects.
func listDocs() map[string]functionDoc {
	return map[string]functionDoc{
		"all": {"all(list, condition)", "Whether it holds for all elements."}, "any": {"any(list, condition)", "Whether it holds for one element or more."},
		"none": {"none(list, condition)", "Whether it holds for no element."}, "one": {"one(list, condition)", "Whether it holds for exactly one element."},
		"filter":    {"filter(list, condition)", "The elements for which it holds: `filter(messages, .agent == 'writer')`."},
		"find":      {"find(list, condition)", "The first element for which it holds."},
		"findIndex": {"findIndex(list, condition)", "The place of the first element for which it holds."},
		"findLast":  {"findLast(list, condition)", "The last element for which it holds."}, "count": {"count(list[, condition])", "How many elements there are for which it holds."},
		"findLastIndex": {"findLastIndex(list, condition)", "The place of the last element for which it holds."},
		"map":           {"map(list, value)", "A value for each element: `map(messages, .content)`."},
		"sum":           {"sum(list[, value])", "The sum."}, "groupBy": {"groupBy(list, value)", "The elements by a value."},
		"sortBy": {"sortBy(list, value[, order])", "The elements in the order of a value."},
		"reduce": {"reduce(list, value[, start])", "One value of all: `#acc` is what there is, `#` the element."},
		"keys":   {"keys(object)", "The keys."}, "values": {"values(object)", "The values."}, "get": {"get(value, key)", "An element, or nil."},
		"take": {"take(list, n)", "The first elements."}, "reverse": {"reverse(list)", "The elements from the end."},
		"first": {"first(list)", "The first element."}, "last": {"last(list)", "The last element."},
		"min": {"min(numbers)", "The least."}, "max": {"max(numbers)", "The greatest."}, "mean": {"mean(numbers)", "The average."},
		"median": {"median(numbers)", "The one in the middle."}, "sort": {"sort(list[, order])", "The elements in order."},
		"uniq": {"uniq(list)", "Each element once."}, "concat": {"concat(lists)", "One list of several."}, "flatten": {"flatten(list)", "The elements of the lists inside."},
	}
}
