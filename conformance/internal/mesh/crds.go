package mesh

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// collectCRDs merges the CustomResourceDefinitions of several directories into one YAML stream; of two with the same name the later wins.
// Istio's own are skipped, they come with its manifests.
func collectCRDs(directories []string) ([]byte, error) {
	definitions := map[string][]byte{}
	for _, directory := range directories {
		files, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("no CustomResourceDefinition in directory `%s`: expected *.yaml files", directory)
		}
		for _, file := range files {
			if err := readCRDs(file, definitions); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	var names []string
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	var out bytes.Buffer
	for _, name := range names {
		out.WriteString("---\n")
		out.Write(definitions[name])
		out.WriteString("\n")
	}
	return out.Bytes(), nil
}

func readCRDs(file string, definitions map[string][]byte) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var header struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := yaml.Unmarshal(document, &header); err != nil {
			return err
		}
		if header.Kind == "CustomResourceDefinition" && !strings.HasSuffix(header.Metadata.Name, ".istio.io") {
			definitions[header.Metadata.Name] = document
		}
	}
}
