package specs

func description() argSchema {
	return strArg("description", "What it is for, for people.")
}

func agentconnectSchema() *blockSchema {
	return &blockSchema{
		name: "agentconnect", once: false,
		doc:     "Says which versions of AgentConnect can run the scenario. It is read before all else.",
		example: "agentconnect {\n  required_version = \">= 0.1\"\n}",
		args: []argSchema{
			strArg("required_version", "A version constraint: `\">= 0.1\"`, `\"~> 1.2\"`, several separated by commas.").must().constant(),
		},
	}
}

func importSchema() *blockSchema {
	return &blockSchema{
		name: "import",
		doc: "Merges the blocks of another file. A file that is imported twice is read once; files that import each other in a circle " +
			"are an error.",
		example: "import {\n  from = \"./shared/providers.hcl\"\n}",
		args: []argSchema{
			strArg("from", "A `*.hcl` or `*.hcl.json` file, relative to the importing file, inside the scenario's directory.").must().constant(),
		},
	}
}

func variableSchema() *blockSchema {
	return &blockSchema{
		name: "variable", labels: []string{"name"},
		doc: "An input of the scenario, read as `var.name`. Its value comes, weakest first, from `default`, the environment " +
			"(`AGENTCONNECT_VAR_name`), `agentconnect.vars.hcl`, `*.auto.vars.hcl`, and the options `-var-file` and `-var` in their order.",
		example: `variable "motion" {
  type        = string
  description = "What is debated"
  default     = "Cities should ban private cars"
  validation {
    condition     = length(var.motion) > 10
    error_message = "The motion must be a full sentence."
  }
}`,
		args: []argSchema{
			typedArg("type", typeConstraint, "The type: `string`, `number`, `bool`, `list(string)`, `object({ name = string, age = optional(number) })` ….").
				unsetIs("any"),
			description(),
			typedArg("default", typeValue, "The value when nothing sets one. Without a default the variable must be set.").constant(),
			boolArg("nullable", "Whether the value may be `null`.").initially(true).constant(),
			boolArg("sensitive", "Keeps the value out of prompts, messages and errors; it may be used where keys and headers stand.").
				initially(false).constant(),
		},
		blocks: []*blockSchema{{
			name: "validation",
			doc:  "A rule for the value. There may be several.",
			args: []argSchema{
				boolArg("condition", "What must be true, an HCL expression over `var` and `local`.").must(),
				strArg("error_message", "What to tell when it is not.").must(),
			},
		}},
	}
}

func localsSchema() *blockSchema {
	return &blockSchema{
		name: "locals", free: true,
		doc: "Names for values, read as `local.name`. They may use variables, references and each other. There may be several blocks.",
		example: `locals {
  panel = [agent.economist, agent.engineer]
  style = "brief, concrete"
}`,
	}
}
