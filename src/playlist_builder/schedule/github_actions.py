"""A GitHub Actions workflow, printed only: a repository of listings and locks that keeps playlists in order."""

from __future__ import annotations

import json
import shlex

from playlist_builder.errors import UsageError
from playlist_builder.schedule.backend import TIME_LIMIT_S, Installed, Ran
from playlist_builder.schedule.job import DEFAULT_SERVICE, Job, JobKey
from playlist_builder.schedule.times import cron_text


class GithubActions:
    """Prints the workflow; there is nothing on this system to install, list or remove."""

    name = "github-actions"
    title = "GitHub Actions"

    def available(self) -> bool:
        return False

    def files(self, job: Job) -> dict[str, str]:
        name = "playlists" if job.name is None else f"playlist-{job.key.file_name}"
        return {f".github/workflows/{name}.yml": _workflow(job)}

    def install(self, job: Job) -> bool:
        raise UsageError(
            "A workflow belongs into a repository: add --print and store what it prints as "
            f"{next(iter(self.files(job)))} there."
        )

    def remove(self, key: JobKey) -> bool:
        return False

    def installed(self) -> list[Installed]:
        return []

    def run_now(self, key: JobKey) -> Ran:
        raise UsageError("A workflow is started on GitHub: Actions, the workflow, Run workflow.")

    def notes(self, job: Job) -> list[str]:
        return ["Commit it together with your listings and their lock files; the comments say how to set the secret."]


def _workflow(job: Job) -> str:
    if "${{" in "".join((job.name or "", job.service)):
        raise UsageError(f"{job.name!r} means an expression to GitHub. Give the listing another name.")
    what = "all listings" if job.name is None else job.name
    return f"""# Keeps the playlist in order: {what}
#
# It needs a login of its own, because a login that two machines use can end for both:
#   1. On your computer: PLAYLIST_PROFILE=ci playlist login
#   2. PLAYLIST_PROFILE=ci playlist login --export | gh secret set PLAYLIST_TOKEN
#   3. In the repository's settings, Secrets and variables, Actions, Variables: SPOTIPY_CLIENT_ID
# Whoever can change a workflow of this repository can read that secret and edit your playlists with it, so keep the
# repository private, or let nobody else push. The login ends six months after step 1; then repeat the steps.
# To take it back: remove the app's access on your account page, and delete the secret.
name: {json.dumps(f"Playlist: {what}", ensure_ascii=False)}
on:
  schedule:
    # In UTC, not in your zone. GitHub may start late, and stops after 60 days without activity in the repository.
    - cron: {json.dumps(cron_text(job))}
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: playlist
  cancel-in-progress: false
jobs:
  sync:
    runs-on: ubuntu-latest
    timeout-minutes: {TIME_LIMIT_S // 60 + 5}
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.13"
      - name: Install playlist-builder
        run: |
          if grep -qs '^name = "playlist-builder"' pyproject.toml; then
            pip install .
          else
            pip install playlist-builder
          fi
      - name: Sync
        env:
          PLAYLIST_TOKEN: ${{{{ secrets.PLAYLIST_TOKEN }}}}
          SPOTIPY_CLIENT_ID: ${{{{ vars.SPOTIPY_CLIENT_ID }}}}
          PLAYLISTS_DIR: ${{{{ github.workspace }}}}/playlists
        run: |
          # --locked: the committed lock files decide, nothing is searched for; a row that they lack is an error here.
          code=0
          {_command(job)} || code=$?
          # 4: tracks need a person; 6: stopped by the day's quota, goes on next time. Neither is a failure.
          if [ "$code" -ne 4 ] && [ "$code" -ne 6 ]; then exit "$code"; fi
"""


def _command(job: Job) -> str:
    service = () if job.service == DEFAULT_SERVICE else ("--service", job.service)
    what = ("--all",) if job.name is None else ("--", job.name)
    return shlex.join(("playlist", "sync", "--locked", *service, *what))
