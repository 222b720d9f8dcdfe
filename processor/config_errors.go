package processor

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/pflag"

	"holdfast/schemas"
	"holdfast/topology/lang"
)

// What is wrong with a file, a variable or a flag is said in the words of the keys, not of the packages that read them.

// fileError words an error of a configuration file: its place, the key, and what was meant or what fits.
func fileError(path string, err error) error {
	var unknown *yaml.UnknownFieldError
	var mistyped *yaml.TypeError
	switch {
	case errors.As(err, &unknown):
		at := unknown.Token.Position
		return fmt.Errorf("config %s:%d:%d: there is no key %s%s; the keys are those of `processor --print`", path, at.Line, at.Column, unknown.Token.Value, suggestKey(unknown.Token.Value))
	case errors.As(err, &mistyped) && mistyped.StructFieldName != nil:
		_, field, _ := strings.Cut(*mistyped.StructFieldName, ".")
		if key := keyOf(field); key != "" {
			at := mistyped.Token.Position
			return fmt.Errorf("config %s:%d:%d: %w", path, at.Line, at.Column, misfit(mistyped.Token.Value, key))
		}
	}
	return fmt.Errorf("config %s: %s", path, yaml.FormatError(err, false, true))
}

// misfit says that a value is not of the kind that its key takes.
func misfit(text, key string) error {
	return fmt.Errorf("%q does not fit %s; its default is %v", text, key, defaultOf(key))
}

// flagError words an error of the command line.
func flagError(err error, flags *pflag.FlagSet) error {
	var unknown *pflag.NotExistError
	var misfits *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var names []string
		flags.VisitAll(func(fl *pflag.Flag) { names = append(names, "--"+fl.Name) })
		slices.Sort(names)
		return fmt.Errorf("%w%s; see --help", err, lang.Suggest("--"+unknown.GetSpecifiedName(), names))
	case errors.As(err, &misfits):
		return misfit(misfits.GetValue(), "--"+misfits.GetFlag().Name)
	}
	return fmt.Errorf("%w; see --help", err)
}

// suggestKey names the key that was meant, if one is near.
func suggestKey(name string) string {
	keys := append(yamlKeys(reflect.TypeFor[Config]()), yamlKeys(reflect.TypeFor[schemas.TopicNames]())...)
	slices.Sort(keys)
	return lang.Suggest(name, keys)
}

// yamlKeys are the keys of a configuration, as files have them.
func yamlKeys(ty reflect.Type) (keys []string) {
	for i := range ty.NumField() {
		keys = append(keys, ty.Field(i).Tag.Get("yaml"))
	}
	return keys
}

// keyOf is the key of a field by its name in Go; "" if it has none.
func keyOf(field string) string {
	found, ok := reflect.TypeFor[Config]().FieldByName(field)
	if !ok {
		return ""
	}
	return found.Tag.Get("yaml")
}
