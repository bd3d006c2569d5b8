"""What became of a file's rows."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis.geometry import Place
from gis.loading.rows import Row

SHOWN = 20  # rows of each kind that are printed; a report file has all


@dataclass(frozen=True)
class Line:
    """One row that was repaired, refused or left out."""

    row: int | str
    outcome: str  # "repaired", "refused" or "outside"
    reason: str
    where: Place | None


@dataclass
class Report:
    """``rows`` read, ``loaded`` of them, ``rehomed`` rows of other layers; lines for what is worth a word."""

    layer: str
    file: str
    rows: int = 0
    loaded: int = 0
    rehomed: int = 0
    seconds: float = 0
    dry_run: bool = False
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    def tell(self, rows: Iterable[Row]) -> None:
        """Write down what was repaired and refused among ``rows``, in the order of the file."""
        for row in rows:
            if row.fault:
                outcome = "outside" if row.outside else "refused"
                self.lines.append(Line(row.number, outcome, row.fault, row.where))
            elif row.repairs:
                self.lines.append(Line(row.number, "repaired", "; ".join(row.repairs), row.where))

    def as_text(self) -> str:
        """For the terminal: a heading line, notes, and the first lines of each kind."""
        texts = [self._headline()]
        texts += [f"  {note}" for note in self.notes]
        for outcome, title in (
            ("refused", _("refused")),
            ("outside", _("outside")),
            ("repaired", _("repaired")),
        ):
            lines = [line for line in self.lines if line.outcome == outcome]
            for line in lines[:SHOWN]:
                place = " ({:.6f}, {:.6f})".format(*line.where) if line.where else ""
                texts.append(f"  {title} · {_('row')} {line.row}: {line.reason}{place}")
            if len(lines) > SHOWN:
                texts.append(
                    "  " + _("… and {count} more; --report FILE lists all.").format(count=len(lines) - SHOWN)
                )
        return "\n".join(texts)

    def _headline(self) -> str:
        parts = [
            ngettext("{count} row read", "{count} rows read", self.rows).format(count=self.rows),
            _("{count} loaded").format(count=self.loaded),
            _("{count} repaired").format(count=self.count("repaired")),
            _("{count} refused").format(count=self.count("refused")),
        ]
        if outside := self.count("outside"):
            parts.append(_("{count} outside every region").format(count=outside))
        if self.rehomed:
            parts.append(_("{count} rows of other layers placed anew").format(count=self.rehomed))
        tried = " · " + _("tried only, nothing was changed") if self.dry_run else ""
        return f"{self.file} → {self.layer}: {', '.join(parts)} ({self.seconds:.1f} s){tried}"


COLUMNS = ("layer", "row", "outcome", "reason", "lon", "lat")


def write(reports: Iterable[Report], path: Path) -> None:
    """All lines as CSV (UTF-8 with a mark, so that Excel reads it), or everything as JSON."""
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps([_as_json(report) for report in reports], ensure_ascii=False, indent=1))
        return
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for report in reports:
            table.writerows(
                (report.layer, line.row, line.outcome, line.reason, *(line.where or ("", "")))
                for line in report.lines
            )


def _as_json(report: Report) -> dict:
    return {
        "layer": report.layer,
        "file": report.file,
        "rows": report.rows,
        "loaded": report.loaded,
        "repaired": report.count("repaired"),
        "refused": report.count("refused"),
        "outside": report.count("outside"),
        "rehomed": report.rehomed,
        "dry_run": report.dry_run,
        "seconds": round(report.seconds, 2),
        "notes": report.notes,
        "lines": [
            {"row": line.row, "outcome": line.outcome, "reason": line.reason, "where": line.where}
            for line in report.lines
        ],
    }
