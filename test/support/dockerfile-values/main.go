// Command dockerfile-values reads a Dockerfile and prints what its ENV instructions mean, as JSON, by BuildKit's parser.
package main

import (
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

func main() {
	file, err := parser.Parse(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	lex := shell.NewLex(file.EscapeToken)
	values := map[string]string{}
	for _, instruction := range file.AST.Children {
		if !strings.EqualFold(instruction.Value, "env") {
			continue
		}
		// A list of name, value and separator.
		for name := instruction.Next; name != nil; name = name.Next.Next.Next {
			value, _, err := lex.ProcessWord(name.Next.Value, shell.EnvsFromSlice([]string{"HOME=/root"}))
			if err != nil {
				log.Fatal(err)
			}
			values[name.Value] = value
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(values); err != nil {
		log.Fatal(err)
	}
}
