// Command gosumdb checks a log written by @hilum/audit with the packages behind Go's checksum database: the checkpoint with
// sumdb/note, tiles, leaf hashes and proofs with sumdb/tlog. It reads a list of proofs as JSON from its standard input.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
}

type inclusion struct {
	Index int64       `json:"index"`
	Leaf  tlog.Hash   `json:"leaf"`
	Proof []tlog.Hash `json:"proof"`
}

type consistency struct {
	OldSize int64       `json:"oldSize"`
	OldRoot tlog.Hash   `json:"oldRoot"`
	Proof   []tlog.Hash `json:"proof"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, verifierKey string) error {
	tree, err := openCheckpoint(dir, verifierKey)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	reader := tlog.TileHashReader(tree, &tileReader{dir: dir, size: tree.N})
	entries, err := checkEntries(dir, tree, reader)
	if err != nil {
		return err
	}
	var given proofs
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return err
	}
	for _, p := range given.Inclusion {
		if err := checkInclusion(p, tree, reader); err != nil {
			return fmt.Errorf("inclusion of %d: %w", p.Index, err)
		}
	}
	for _, p := range given.Consistency {
		if err := tlog.CheckTree(p.Proof, tree.N, tree.Hash, p.OldSize, p.OldRoot); err != nil {
			return fmt.Errorf("consistency with %d: %w", p.OldSize, err)
		}
	}
	fmt.Printf("%d entries, %d inclusion proofs, %d consistency proofs\n", entries, len(given.Inclusion), len(given.Consistency))
	return nil
}

func openCheckpoint(dir, verifierKey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return tlog.Tree{}, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not three lines, or another origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("not a root hash")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// checkEntries hashes every entry of every bundle and compares it with the tree's leaf, which tlog has authenticated.
func checkEntries(dir string, tree tlog.Tree, reader tlog.HashReader) (int64, error) {
	index := int64(0)
	for index < tree.N {
		bundle, err := readTile(dir, "entries", index/256, min(256, tree.N-index))
		if err != nil {
			return index, err
		}
		for len(bundle) > 0 && index < tree.N {
			length := int(binary.BigEndian.Uint16(bundle))
			hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return index, err
			}
			if tlog.RecordHash(bundle[2:2+length]) != hashes[0] {
				return index, fmt.Errorf("entry %d does not have its leaf's hash", index)
			}
			bundle = bundle[2+length:]
			index++
		}
	}
	return index, nil
}

func checkInclusion(p inclusion, tree tlog.Tree, reader tlog.HashReader) error {
	if err := tlog.CheckRecord(p.Proof, tree.N, tree.Hash, p.Index, p.Leaf); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(tree.N, p.Index, reader)
	if err != nil {
		return err
	}
	if fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(p.Proof)) {
		return errors.New("Go makes another proof from these tiles")
	}
	return nil
}

// tileReader maps tlog's tiles of height 8 to the paths of C2SP tlog-tiles.
type tileReader struct {
	dir  string
	size int64
}

func (r *tileReader) Height() int { return 8 }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		read, err := readTile(r.dir, strconv.Itoa(tile.L), tile.N, int64(tile.W))
		if err != nil {
			return nil, err
		}
		data[i] = read[:tile.W*tlog.HashSize]
	}
	return data, nil
}

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func readTile(dir, level string, index, width int64) ([]byte, error) {
	path := tlog.Tile{H: 8, L: 0, N: index, W: 256}.Path()
	path = filepath.Join(dir, "tile", level, strings.TrimPrefix(path, "tile/8/0/"))
	if width < 256 {
		return os.ReadFile(fmt.Sprintf("%s.p/%d", path, width))
	}
	return os.ReadFile(path)
}
