//go:build ignore

// Asks the application how it is: the image has neither a shell nor curl. No part of the module, for the Dockerfile
// names this file when it compiles it.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 4 * time.Second}
	answer, err := client.Get("http://127.0.0.1:" + os.Getenv("PORT") + os.Getenv("HEALTH_PATH"))
	if err != nil || answer.StatusCode != http.StatusOK {
		os.Exit(1)
	}
}
