"""The loop: read the facts, carry out what is due, wait for something to end or change, read again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from engine import actions as due
from engine.assessment import Assessment
from engine.facts import FactsReader
from engine.planner import assess, plan
from engine.runner import actions, changing, checks, decisions, hands, landing, recording, sessions, sub_app, upgrading
from engine.runner.context import Context
from engine.runner.documents import tell_document_changes
from engine.runner.edits import left_out
from engine.runner.ending import RunEnd, run_end
from engine.runner.family import Interrupted
from engine.runner.rounds import next_round
from engine.runner.turns import takes_room, waits_its_turn
from engine.runtimes import next_try
from engine.sessions.folder import HANDOFF
from engine.snapshot import Options, Snapshot
from engine.state.decisions import read_commands
from engine.state.events import (
    CommandDone,
    Event,
    GateWithdrawn,
    PhaseEnded,
    PhaseStarted,
    Reopened,
    RunSet,
    RuntimeSet,
    ValveReset,
    ValveTripped,
)
from engine.state.models import Command

__all__ = ["RunEnd", "Runner"]

THREADS = 32
"""Threads for work that blocks, most of it waiting for git: more than asyncio's few."""


class Runner:
    """Carries out one run of the engine on one workspace. The caller holds the engine lock."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._facts = FactsReader(context.workspace, context.orchestration, context.toolchain)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._options = context.settings.options

    async def run(self) -> RunEnd:
        """Until nothing is left to do without a person, or a person stops it. Errors of the work are raised."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        self.context.plan = self.context.workspace.plan()
        await self._begin()
        try:
            while True:
                began = time.monotonic()
                self._look_above()
                await sub_app.look_again(self.context)
                self._options = self._with_caps()
                snapshot = await asyncio.to_thread(self._facts.read, self.context.state, self._options)
                self.context.say_once(self._facts.problems)
                self.context.plan = snapshot.plan
                assessment = assess(snapshot)
                if self.context.stopping:
                    await self._end_sessions()
                    return RunEnd("stopped", assessment)
                full = self._start(plan(snapshot, assessment))
                await self._mark_unfinished()
                if not self._tasks and not full and not self._next_try(snapshot, assessment):
                    if await upgrading.go_on(self.context, assessment):
                        continue
                    return await self._ended(assessment)
                await next_round(self._tasks.values(), time.monotonic() - began)
                self._take_ended()
        finally:
            self.context.family.set_live(self.context.workspace.root, 0)
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _look_above(self) -> None:
        """The engine of a sub-app ends with the one that runs it. Raises Interrupted."""
        context, family = self.context, self.context.family
        if family.ending:
            raise Interrupted
        if context.workspace.root in family.stopped and not context.stopping:
            context.stopping = True
            sub_app.pass_on(context, "stop")

    async def _begin(self) -> None:
        await self._drop_old_commands()
        run = self.context.state.orchestrator.run
        update: dict[str, object] = {
            "runtimes": list(self.context.settings.runtimes),
            "paused": False,
            "documents": await asyncio.to_thread(tell_document_changes, self.context),
        }
        if run.finished_at and not run.released:
            update["released"] = run.documents  # an engine finished it that did not note this yet
        if run.started_at is None:
            update["started_at"] = self.context.store.time()
        update |= changing.wanted(self.context, run)
        if lane := self.context.settings.lane:
            update |= {"lane": lane, "chosen": {**run.chosen, "lane": lane}}
        changed = run.model_copy(update=update)
        if changed != run:
            await self.context.commit(RunSet(run=changed))
        for runtime in self.context.state.orchestrator.runtimes:
            await self.context.commit(RuntimeSet(runtime=runtime, fact=None))  # whoever starts a run tries them again

    def _with_caps(self) -> Options:
        """The options with the caps of this run, as heights of the whole budget."""
        settings, budget = self.context.settings, self.context.state.orchestrator.budget
        limits = {name: settings.configuration.parallel_for(name) for name in settings.runtimes}
        options = replace(
            settings.options,
            parallel={name: limit for name, limit in limits.items() if limit is not None},
            in_turn=settings.jobs == 1,
        )
        root = self.context.workspace.root
        return self.context.family.options(root, options, budget, settings.max_tokens, settings.max_cost)

    def _next_try(self, snapshot: Snapshot, assessment: Assessment) -> str | None:
        """When a resting runtime is tried again, if that is what the work waits for."""
        run, health = snapshot.state.orchestrator.run, snapshot.state.orchestrator.runtimes
        if run.paused or all(instance.status != "paused" for instance in assessment.instances()):
            return None
        return next_try(run.runtimes, health, snapshot.now)

    async def _mark_unfinished(self) -> None:
        """A finished run that has something to do again is not finished."""
        run = self.context.state.orchestrator.run
        if self._tasks and run.finished_at is not None:
            await self.context.commit(RunSet(run=run.model_copy(update={"finished_at": None})))

    async def _drop_old_commands(self) -> None:
        """What no engine was left to take: a stop or a pause is not meant for this one, nor a lane where it has one."""
        done = self.context.state.orchestrator.commands
        for command in read_commands(self.context.workspace.root)[0]:
            old = command.at < self.context.began and command.id not in done
            overruled = self.context.settings.lane and set(command.values) == {"lane"}
            if old and (command.command in ("stop", "pause") or overruled):
                await self.context.commit(CommandDone(id=command.id))

    def _start(self, wanted: list[due.Action]) -> bool:
        """Start what is due and not under way; whether a session has to wait because sub-apps have all the room."""
        family, root = self.context.family, self.context.workspace.root
        with family.lock:
            elsewhere = family.live_elsewhere(root)
            live, left = self._start_within(wanted, elsewhere)
            family.set_live(root, live)
        return left and elsewhere > 0

    def _start_within(self, wanted: list[due.Action], elsewhere: int) -> tuple[int, bool]:
        """Start sessions only while there is room; how many there are now, and whether some have to wait."""
        live, left = sum(takes_room(self.context, action) for action in wanted), False
        limit = min(self.context.settings.jobs, self.context.orchestration.valves.parallel_sessions) - elsewhere
        busy = {key.partition(":")[2] for key in self._tasks}
        for action in wanted:
            if action.key in busy:
                live += isinstance(action, due.StartSession)
                continue
            if self._options.in_turn and waits_its_turn(self.context, action, wanted, self._tasks):
                continue
            if isinstance(action, due.StartSession):
                if live >= limit:
                    left = True
                    continue
                live += 1
            busy.add(action.key)
            self._begin_work(action)
        return live, left

    def _begin_work(self, action: due.Action) -> asyncio.Task[None]:
        key = f"{type(action).__name__}:{action.key}"
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._carry_out(action), name=key)
        return self._tasks[key]

    def _take_ended(self) -> None:
        """Raises what their work raised."""
        for key in [key for key, task in self._tasks.items() if task.done()]:
            self._tasks.pop(key).result()

    async def _carry_out(self, action: due.Action) -> None:
        work = self._work(action)
        if work is not None:
            await work
            return
        for event in self._events(action):
            await self.context.commit(event)

    def _work(self, action: due.Action) -> Coroutine[Any, Any, None] | None:
        context = self.context
        match action:
            case due.StartSession(step=step, lego=lego, substep=substep, runtimes=runtimes):
                return sessions.start(context, self._step(step), lego, substep, runtimes)
            case due.FollowSession(step=step, lego=lego, session=session):
                return sessions.take_over(context, self._step(step), lego, session)
            case due.GiveToPerson(step=step, lego=lego, session=session):
                return hands.give(context, self._step(step), lego, session)
            case due.RunCheck(step=step, lego=lego, after=after, passed=passed):
                return checks.run(context, self._step(step), lego, after, passed)
            case due.RunAction(step=step, lego=lego, action=name, inputs=inputs):
                return actions.run(context, self._step(step), lego, name, inputs)
            case due.Land(step=step, lego=lego, next=stage):
                return landing.land(context, self._step(step), lego, stage)
            case due.Reopen(step=step, lego=lego, why=why, stage=stage, changed=changed):
                again = Reopened(step=step, lego=lego, why=why, stage=stage, forgive=True)
                return decisions.reopen(context, again, changed)
            case due.Ask(waiting=waiting):
                return decisions.ask(context, waiting)
            case due.TakeDecision(waiting=waiting, decision=decision, next=stage):
                return decisions.decide(context, waiting, decision, stage)
            case due.CarryOut():
                return self._command(action)
            case _:
                return None

    def _events(self, action: due.Action) -> list[Event]:
        match action:
            case due.BeginPhase(phase=phase, title=title):
                self.context.say(f"phase {phase}: {title}")
                return [PhaseStarted(phase=phase, title=title)]
            case due.EndPhase(phase=phase):
                return [PhaseEnded(phase=phase)]
            case due.TripValve(instance=instance, message=message):
                self.context.say(f"stopped: {message}")
                return [ValveTripped(instance=instance, message=message)]
            case due.ResetValve(instance=instance):
                return [ValveReset(instance=instance)]
            case due.Withdraw(waiting=waiting):
                self.context.say(f"{waiting.gate}: nothing to decide any more")
                return [GateWithdrawn(step=waiting.step, lego=waiting.lego, gate=waiting.gate)]
            case _:
                raise AssertionError(f"no work is known for {action}")

    async def _command(self, action: due.CarryOut) -> None:
        if action.command.command == "refresh":
            await self._refresh(action.command)
            return
        self.context.stopping |= await decisions.carry_out(self.context, action.command)
        sub_app.pass_on(self.context, action.command.command)

    async def _refresh(self, command: Command) -> None:
        """A person consents: what is stale (a step, a LEGO, everything) is done again."""
        snapshot = await asyncio.to_thread(self._facts.read, self.context.state, replace(self._options, refresh=True))
        for again in plan(snapshot):
            if not isinstance(again, due.Reopen):
                continue
            if command.step in ("", again.step) and command.lego in ("", again.lego):
                await self._carry_out(again)
        await self.context.commit(CommandDone(id=command.id))

    def _step(self, name: str) -> Any:
        return self.context.orchestration.step(name)

    async def _end_sessions(self) -> None:
        """Those that are just being started and those of sub-apps too; what each leaves is taken over."""
        await asyncio.gather(*self._of_kind(due.StartSession), *self._of_kind(due.GiveToPerson))
        await asyncio.gather(*self._of_kind(due.RunAction))
        await decisions.cancel_all(self.context)
        ending = []
        for step, lego in self.context.instances.all():
            live = self.context.record(step.name, lego).open_session
            if live and live.runtime != HANDOFF:
                ending.append(self._begin_work(due.FollowSession(step.name, lego, live.id)))
        await asyncio.gather(*ending)

    def _of_kind(self, kind: type[due.Action]) -> list[asyncio.Task[None]]:
        return [task for key, task in self._tasks.items() if key.startswith(f"{kind.__name__}:")]

    async def _ended(self, assessment: Assessment) -> RunEnd:
        end = run_end(self.context.state, assessment)
        self.context.say_once(filter(None, [recording.told_at_end(self.context)]))
        if end.ending == "done":
            await self._finish()
            end = replace(end, told=(*end.told, *await asyncio.to_thread(left_out, self.context)))
        return self.context.sub_apps.told(end)

    async def _finish(self) -> None:
        """Nothing is left: no worktree stays, and the run says when it was finished."""
        run = self.context.state.orchestrator.run
        if run.finished_at is None:
            repository = self.context.workspace.repository
            folder = self.context.workspace.private / "worktrees"
            for worktree in sorted(folder.iterdir()) if folder.is_dir() else []:
                await asyncio.to_thread(repository.remove_worktree, worktree)
            ended = {"finished_at": self.context.store.time(), **changing.ended(run)}
            await self.context.commit(RunSet(run=run.model_copy(update=ended)))
            await asyncio.to_thread(landing.save_state, self.context)
