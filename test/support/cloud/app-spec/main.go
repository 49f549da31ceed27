// Command app-spec reads app specs of DigitalOcean App Platform as doctl does, with an error for every key that godo's AppSpec
// does not have and every value that is none of its enumerations.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/digitalocean/godo"
	"sigs.k8s.io/yaml"
)

func read(path string) (*godo.AppSpec, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	document, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	spec := &godo.AppSpec{}
	return spec, decoder.Decode(spec)
}

// Kinds that the API knows, for Go's decoder takes any text.
func unknownValues(spec *godo.AppSpec) (faults []string) {
	unknown := func(at string, value any) { faults = append(faults, fmt.Sprintf("%s: unknown value %q", at, value)) }
	variables := func(at string, envs []*godo.AppVariableDefinition) {
		for _, env := range envs {
			switch env.Type {
			case "", godo.AppVariableType_General, godo.AppVariableType_Secret:
			default:
				unknown(at+" "+env.Key, env.Type)
			}
			switch env.Scope {
			case "", godo.AppVariableScope_RunTime, godo.AppVariableScope_BuildTime, godo.AppVariableScope_RunAndBuildTime:
			default:
				unknown(at+" "+env.Key, env.Scope)
			}
		}
	}
	image := func(at string, source *godo.ImageSourceSpec) {
		if source == nil {
			faults = append(faults, at+": has no image")
			return
		}
		switch source.RegistryType {
		case godo.ImageSourceSpecRegistryType_DOCR, godo.ImageSourceSpecRegistryType_DockerHub, godo.ImageSourceSpecRegistryType_Ghcr:
		default:
			unknown(at, source.RegistryType)
		}
	}
	for _, service := range spec.Services {
		image(service.Name, service.Image)
		variables(service.Name, service.Envs)
	}
	for _, worker := range spec.Workers {
		image(worker.Name, worker.Image)
		variables(worker.Name, worker.Envs)
	}
	for _, job := range spec.Jobs {
		image(job.Name, job.Image)
		variables(job.Name, job.Envs)
		switch job.Kind {
		case godo.AppJobSpecKind_PreDeploy, godo.AppJobSpecKind_PostDeploy, godo.AppJobSpecKind_FailedDeploy:
		case godo.AppJobSpecKind_Scheduled:
			if job.Schedule == nil {
				faults = append(faults, job.Name+": is scheduled and has no schedule")
			}
		default:
			unknown(job.Name, job.Kind)
		}
	}
	return faults
}

func main() {
	status := 0
	for _, path := range os.Args[1:] {
		spec, err := read(path)
		faults := []string{}
		if err != nil {
			faults = append(faults, err.Error())
		} else {
			faults = append(faults, unknownValues(spec)...)
		}
		for _, fault := range faults {
			fmt.Printf("%s: %s\n", path, fault)
			status = 1
		}
	}
	os.Exit(status)
}
