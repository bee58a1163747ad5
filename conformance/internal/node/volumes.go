package node

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	volumeutil "k8s.io/kubernetes/pkg/volume/util"
)

// tokenRenewal is far below the lifetime of any token the mesh asks for.
const tokenRenewal = 30 * time.Minute

func (p *pod) volumeDirectory(name string) string { return filepath.Join(p.directory, "volumes", name) }

func (p *pod) wakeVolumes() { wake(p.volumes) }

func (p *pod) awaitVolumes(limit time.Duration) {
	select {
	case <-p.ctx.Done():
	case <-p.volumes:
	case <-time.After(limit):
	}
}

// keepVolumes rewrites volumes as soon as a Secret or ConfigMap of the namespace changes.
func (p *pod) keepVolumes() {
	for p.ctx.Err() == nil {
		p.awaitVolumes(tokenRenewal)
		if p.ctx.Err() != nil {
			return
		}
		if err := p.writeVolumes(); err != nil {
			p.agent.log.Printf("%s/%s: refresh: %v", p.object.Namespace, p.object.Name, err)
		}
	}
}

// writeVolumes writes all volumes with kubelet's own writer, so that a reader sees either all old or all new files.
func (p *pod) writeVolumes() error {
	for _, volume := range p.object.Spec.Volumes {
		directory := p.volumeDirectory(volume.Name)
		if err := os.MkdirAll(directory, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(directory, 0o777); err != nil {
			return err
		}
		if volume.EmptyDir != nil {
			continue
		}
		files, err := p.volumeFiles(volume)
		if err != nil {
			return fmt.Errorf("%s: %w", volume.Name, err)
		}
		writer, err := volumeutil.NewAtomicWriter(directory, p.object.Name)
		if err != nil {
			return err
		}
		if err := writer.Write(files, nil); err != nil {
			return err
		}
	}
	return nil
}

type projection map[string]volumeutil.FileProjection

func (p *pod) volumeFiles(volume corev1.Volume) (projection, error) {
	files := projection{}
	switch {
	case volume.ConfigMap != nil:
		v := volume.ConfigMap
		return files, p.projectConfigMap(files, v.Name, v.Items, v.DefaultMode, v.Optional)
	case volume.Secret != nil:
		v := volume.Secret
		return files, p.projectSecret(files, v.SecretName, v.Items, v.DefaultMode, v.Optional)
	case volume.DownwardAPI != nil:
		return files, p.projectDownward(files, volume.DownwardAPI.Items, volume.DownwardAPI.DefaultMode)
	case volume.Projected != nil:
		for _, source := range volume.Projected.Sources {
			if err := p.projectSource(files, source, volume.Projected.DefaultMode); err != nil {
				return nil, err
			}
		}
		return files, nil
	}
	return nil, fmt.Errorf("this kind of volume is not supported")
}

func (p *pod) projectSource(files projection, source corev1.VolumeProjection, mode *int32) error {
	switch {
	case source.ConfigMap != nil:
		return p.projectConfigMap(files, source.ConfigMap.Name, source.ConfigMap.Items, mode, source.ConfigMap.Optional)
	case source.Secret != nil:
		return p.projectSecret(files, source.Secret.Name, source.Secret.Items, mode, source.Secret.Optional)
	case source.DownwardAPI != nil:
		return p.projectDownward(files, source.DownwardAPI.Items, mode)
	case source.ServiceAccountToken != nil:
		token, err := p.token(source.ServiceAccountToken)
		files[source.ServiceAccountToken.Path] = volumeutil.FileProjection{Data: []byte(token), Mode: 0o644}
		return err
	}
	return fmt.Errorf("this kind of projection is not supported")
}

func (p *pod) projectConfigMap(files projection, name string, items []corev1.KeyToPath, mode *int32, optional *bool) error {
	data, err := p.agent.configMap(p.object.Namespace, name, optional)
	if err != nil {
		return err
	}
	files.add(data, items, mode)
	return nil
}

func (p *pod) projectSecret(files projection, name string, items []corev1.KeyToPath, mode *int32, optional *bool) error {
	data, err := p.agent.secret(p.object.Namespace, name, optional)
	if err != nil {
		return err
	}
	files.add(data, items, mode)
	return nil
}

func (p *pod) projectDownward(files projection, items []corev1.DownwardAPIVolumeFile, mode *int32) error {
	for _, item := range items {
		value := ""
		if item.FieldRef != nil {
			var err error
			if value, err = p.field(item.FieldRef.FieldPath); err != nil {
				return err
			}
		} else if item.ResourceFieldRef != nil {
			value = resourceField(item.ResourceFieldRef)
		}
		files[item.Path] = volumeutil.FileProjection{Data: []byte(value), Mode: fileMode(mode)}
	}
	return nil
}

func (f projection) add(data map[string]string, items []corev1.KeyToPath, mode *int32) {
	if len(items) == 0 {
		for key, value := range data {
			f[key] = volumeutil.FileProjection{Data: []byte(value), Mode: fileMode(mode)}
		}
	}
	for _, item := range items {
		if value, ok := data[item.Key]; ok {
			f[item.Path] = volumeutil.FileProjection{Data: []byte(value), Mode: fileMode(mode)}
		}
	}
}

func fileMode(mode *int32) int32 {
	if mode != nil {
		return *mode
	}
	return 0o644
}

// configMap reads one from the agent's cache; an optional one may be missing.
func (a *Agent) configMap(namespace, name string, optional *bool) (map[string]string, error) {
	object, exists, err := a.configMaps.GetStore().GetByKey(namespace + "/" + name)
	if err != nil || !exists {
		return nil, missing("ConfigMap", namespace, name, optional, err)
	}
	configMap := object.(*corev1.ConfigMap)
	data := map[string]string{}
	for key, value := range configMap.Data {
		data[key] = value
	}
	for key, value := range configMap.BinaryData {
		data[key] = string(value)
	}
	return data, nil
}

func (a *Agent) secret(namespace, name string, optional *bool) (map[string]string, error) {
	object, exists, err := a.secrets.GetStore().GetByKey(namespace + "/" + name)
	if err != nil || !exists {
		return nil, missing("Secret", namespace, name, optional, err)
	}
	data := map[string]string{}
	for key, value := range object.(*corev1.Secret).Data {
		data[key] = string(value)
	}
	return data, nil
}

func missing(kind, namespace, name string, optional *bool, err error) error {
	if err == nil && optional != nil && *optional {
		return nil
	}
	return fmt.Errorf("%s %s/%s: not found", kind, namespace, name)
}

// token asks for a ServiceAccount token bound to the pod, as kubelet does.
func (p *pod) token(source *corev1.ServiceAccountTokenProjection) (string, error) {
	p.mu.Lock()
	cached, ok := p.tokens[source.Audience]
	p.mu.Unlock()
	if ok && time.Since(cached.issued) < tokenRenewal {
		return cached.value, nil
	}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: source.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: p.object.Name, UID: p.object.UID},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	issued := time.Now()
	response, err := p.agent.client.CoreV1().ServiceAccounts(p.object.Namespace).CreateToken(p.ctx, p.object.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	p.tokens[source.Audience] = token{response.Status.Token, issued}
	p.mu.Unlock()
	return response.Status.Token, nil
}

type token struct {
	value  string
	issued time.Time
}
