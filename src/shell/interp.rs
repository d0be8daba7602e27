//! The abstract run: walks the script with a symbolic state, forks where a condition is not
//! settled, and notes every deed with the line and the conditions it rests on.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::ir::{Arm, Link, Node, Redirect, Word};
use super::knowledge::Knowledge;
use super::state::{Outcome, State, Status};
use super::text::{Text, Truth, Value};
use super::world::{Setting, Stage};
use super::{glob, report::Deed, report::Note};

/// Commands executed before a run is given up.
const MAX_STEPS: usize = 60_000;
/// Bytes of text made and copied before a run is given up.
const MAX_WORK: usize = 200 << 20;
/// Arguments handled before a run is given up.
const MAX_ARGUMENTS: usize = 120_000;
/// Paths and names compared before a run is given up.
const MAX_COMPARED: usize = 2_500_000;
/// Deeds that are kept, and bytes of their text.
const MAX_DEEDS: usize = 20_000;
const MAX_TOLD: usize = 32 << 20;
/// Items of a loop that are followed.
const MAX_ITEMS: usize = 5_000;
/// Function calls within each other.
const MAX_CALLS: usize = 40;

/// One script being run.
pub(crate) struct Interp<'a> {
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) setting: &'a Setting,
    pub(crate) stage: Stage,
    pub(crate) deeds: Vec<Deed>,
    pub(crate) notes: BTreeSet<Note>,
    /// The script from its beginning, as it is called.
    pub(crate) start: Option<(Rc<Node>, State)>,
    /// Accounts that some way through the script makes.
    pub(crate) mentioned: BTreeSet<String>,
    /// Line of the command being run.
    pub(crate) line: u32,
    /// Within a condition, where `set -e` does not act.
    pub(crate) checked: usize,
    pub(crate) calls: usize,
    steps: usize,
    /// Bytes of text made and copied so far.
    pub(crate) work: usize,
    /// Arguments of commands handled so far.
    pub(crate) arguments: usize,
    /// Paths and names compared so far.
    pub(crate) compared: Cell<usize>,
    /// Bytes of text in the deeds.
    told: usize,
    /// Output being collected by command substitutions and pipes, innermost last.
    pub(crate) captures: Vec<Capture>,
    /// Input of the commands in a pipe, innermost last.
    pub(crate) inputs: Vec<Text>,
}

/// Output of commands, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    pub(crate) text: Text,
    /// Guards at the start: output under further guards is not certain.
    depth: usize,
}

impl<'a> Interp<'a> {
    pub(crate) fn new(knowledge: &'a Knowledge, setting: &'a Setting, stage: Stage) -> Self {
        Interp {
            knowledge,
            setting,
            stage,
            deeds: Vec::new(),
            notes: BTreeSet::new(),
            start: None,
            mentioned: BTreeSet::new(),
            line: 0,
            checked: 0,
            calls: 0,
            steps: 0,
            work: 0,
            arguments: 0,
            compared: Cell::new(0),
            told: 0,
            captures: Vec::new(),
            inputs: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, reason: impl Into<String>) {
        self.notes.insert(Note { line: self.line, reason: reason.into() });
    }

    /// Counts a step; past the limit the run ends where it is.
    fn step(&mut self) -> bool {
        self.steps += 1;
        if self.work > MAX_WORK
            || self.arguments > MAX_ARGUMENTS
            || self.compared.get() > MAX_COMPARED
            || self.is_full()
        {
            self.steps = self.steps.max(MAX_STEPS);
        }
        if self.steps >= MAX_STEPS {
            self.note("stopped: the script is too long to follow");
        }
        self.steps < MAX_STEPS
    }

    /// Keeps a deed, as long as there is room.
    pub(crate) fn keep(&mut self, deed: Deed) {
        if self.is_full() {
            self.note("stopped: the script does too much to tell");
            return;
        }
        let texts = deed.conditions.iter().chain([&deed.subject, &deed.why]);
        self.told += texts.map(String::len).sum::<usize>();
        self.deeds.push(deed);
    }

    fn is_full(&self) -> bool {
        self.deeds.len() >= MAX_DEEDS || self.told > MAX_TOLD
    }

    pub(crate) fn exec(&mut self, node: &Node, state: State) -> Outcome {
        if !self.step() {
            return Outcome::exit(state);
        }
        match node {
            Node::Seq(nodes) => self.seq(nodes, state),
            Node::Simple(simple) => self.simple(simple, state),
            Node::Pipeline { bang, parts } => self.pipeline(*bang, parts, state),
            Node::AndOr { first, rest } => self.and_or(first, rest, state),
            Node::If { arms, otherwise } => self.if_arms(arms, otherwise.as_deref(), state),
            Node::Case { line, word, arms } => self.case(*line, word, arms, state),
            Node::For { var, words, body } => self.for_loop(var, words.as_deref(), body, state),
            Node::While { until, cond, body } => self.while_loop(*until, cond, body, state),
            Node::Subshell(inner) => self.subshell(inner, state),
            Node::Redirected(inner, redirects) => self.redirected(inner, redirects, state),
            Node::Function { name, body } => {
                let mut state = state;
                state.functions.insert(name.clone(), body.clone());
                state.status = Status::OK;
                Outcome::go(state)
            }
            Node::Opaque { line, what } => self.opaque(*line, what, state),
        }
    }

    fn opaque(&mut self, line: u32, what: &str, mut state: State) -> Outcome {
        self.line = line;
        self.note(format!("{what} is not followed"));
        state.status = Status::unknown(what);
        Outcome::go(state)
    }

    fn seq(&mut self, nodes: &[Node], state: State) -> Outcome {
        nodes.iter().fold(Outcome::go(state), |out, node| out.and_then(|s| self.exec(node, s)))
    }

    /// Runs a node as a condition.
    pub(crate) fn condition(&mut self, node: &Node, state: State) -> Outcome {
        self.checked += 1;
        let out = self.exec(node, state);
        self.checked -= 1;
        out
    }

    /// Goes one or both ways, as the truth of a condition allows.
    pub(crate) fn fork(
        &mut self,
        truth: Truth,
        state: State,
        yes: &mut dyn FnMut(&mut Self, State) -> Outcome,
        no: &mut dyn FnMut(&mut Self, State) -> Outcome,
    ) -> Outcome {
        match truth {
            Truth::Yes => yes(self, state),
            Truth::No => no(self, state),
            Truth::Likely(so, why) => {
                self.work += state.weight();
                let aside = state.clone().with_guard(&why);
                let out = if so { yes(self, state) } else { no(self, state) };
                let steps = self.steps;
                let _ = if so { no(self, aside) } else { yes(self, aside) };
                // What is run aside must not starve the main way.
                self.steps = steps + self.steps.saturating_sub(steps) / 4;
                out
            }
            Truth::Maybe(why) => {
                self.work += state.weight();
                let otherwise: Rc<str> = Rc::from(format!("not: {why}"));
                let a = yes(self, state.clone().with_guard(&why));
                let b = no(self, state.with_guard(&otherwise));
                a.join(b)
            }
        }
    }

    fn and_or(&mut self, first: &Node, rest: &[(Link, Node)], state: State) -> Outcome {
        let Some(((link, last), before)) = rest.split_last() else { return self.exec(first, state) };
        self.checked += 1;
        let out = self.and_or_checked(first, before, state);
        self.checked -= 1;
        out.and_then(|s| self.linked(*link, last, s))
    }

    fn and_or_checked(&mut self, first: &Node, rest: &[(Link, Node)], state: State) -> Outcome {
        let out = self.exec(first, state);
        rest.iter().fold(out, |out, (link, node)| out.and_then(|s| self.linked(*link, node, s)))
    }

    fn linked(&mut self, link: Link, node: &Node, state: State) -> Outcome {
        let truth = state.status.truth();
        let wanted = if link == Link::And { truth } else { truth.not() };
        let mut run = |this: &mut Self, s: State| this.exec(node, s);
        let mut skip = |_: &mut Self, s: State| Outcome::go(s);
        self.fork(wanted, state, &mut run, &mut skip)
    }

    fn if_arms(&mut self, arms: &[(Node, Node)], otherwise: Option<&Node>, state: State) -> Outcome {
        let Some(((cond, body), rest)) = arms.split_first() else {
            return match otherwise {
                Some(node) => self.exec(node, state),
                None => Outcome::go(State { status: Status::OK, ..state }),
            };
        };
        self.condition(cond, state).and_then(|s| {
            let truth = s.status.truth();
            let mut yes = |this: &mut Self, s: State| this.exec(body, s);
            let mut no = |this: &mut Self, s: State| this.if_arms(rest, otherwise, s);
            self.fork(truth, s, &mut yes, &mut no)
        })
    }

    fn case(&mut self, line: u32, word: &Word, arms: &[Arm], mut state: State) -> Outcome {
        self.line = line;
        let subject = self.expand_plain(word, &mut state);
        state.status = Status::OK;
        self.case_arms(word, &subject, arms, state)
    }

    fn case_arms(&mut self, word: &Word, subject: &Value, arms: &[Arm], mut state: State) -> Outcome {
        let Some((arm, rest)) = arms.split_first() else { return Outcome::go(state) };
        let mut truth = Truth::No;
        for pattern in &arm.patterns {
            let value = self.expand_one(pattern, &mut state);
            let words = format!("{} is {}", word.raw, pattern.raw);
            for shape in &value.0 {
                let answers = subject.0.iter().map(|text| glob::matches(shape, text, &words));
                truth = truth.or(Truth::over(answers, &words));
            }
        }
        let mut yes = |this: &mut Self, s: State| {
            let out = this.exec(&arm.body, s);
            match rest.first() {
                Some(next) if arm.falls_through => out.and_then(|s| this.exec(&next.body, s)),
                _ => out,
            }
        };
        let mut no = |this: &mut Self, s: State| this.case_arms(word, subject, rest, s);
        self.fork(truth, state, &mut yes, &mut no)
    }

    fn for_loop(&mut self, var: &str, words: Option<&[Word]>, body: &Node, mut state: State) -> Outcome {
        let items: Vec<Value> = match words {
            None => state.args.clone(),
            Some(words) => words.iter().flat_map(|w| self.expand_fields(w, &mut state)).collect(),
        };
        let mut items = items.into_iter().flat_map(|item| self.existing(item, &state)).collect::<Vec<_>>();
        if items.len() > MAX_ITEMS {
            self.note(format!("only {MAX_ITEMS} items of a loop are followed"));
            items.truncate(MAX_ITEMS);
        }
        state.status = Status::OK;
        let mut done = Outcome::default();
        let mut now = Some(state);
        for item in items {
            let Some(mut state) = now.take() else { break };
            state.vars.insert(var.to_owned(), item.map(Text::unmatched));
            let mut out = self.exec(body, state);
            now = super::state::join(out.go.take(), out.cont.take());
            let left = super::state::join(done.go.take(), out.brk.take());
            done = done.join(out);
            done.go = left;
        }
        done.go = super::state::join(done.go, now);
        done
    }

    /// The body runs at most once: as for one unknown line, or until its condition is settled.
    fn while_loop(&mut self, until: bool, cond: &Node, body: &Node, state: State) -> Outcome {
        let mut done = Outcome::default();
        let mut now = Some(state);
        for _ in 0..MAX_ITEMS {
            let Some(state) = now.take() else { break };
            let mut tested = self.condition(cond, state);
            let Some(state) = tested.go.take() else { return done.join(tested) };
            done = done.join(tested);
            let truth = if until { state.status.truth().not() } else { state.status.truth() };
            match truth {
                Truth::No => return done.join(Outcome::go(State { status: Status::OK, ..state })),
                Truth::Yes | Truth::Likely(true, _) => {
                    let mut out = self.exec(body, state);
                    now = super::state::join(out.go.take(), out.cont.take());
                    out.go = out.brk.take();
                    done = done.join(out);
                }
                Truth::Maybe(why) | Truth::Likely(false, why) => {
                    let mut out = self.exec(body, state.clone().with_guard(&why));
                    let inside = [out.go.take(), out.cont.take(), out.brk.take()];
                    let after = inside.into_iter().fold(Some(state), super::state::join);
                    out.go = after;
                    return done.join(out);
                }
            }
        }
        done.join(Outcome { go: now, ..Outcome::default() })
    }

    /// Variables set inside are lost, what is done to the host stays.
    pub(crate) fn subshell(&mut self, inner: &Node, state: State) -> Outcome {
        self.work += state.weight();
        let outer = state.clone();
        let end = self.exec(inner, state).any();
        let mut after = outer;
        if let Some(end) = end {
            after.world = end.world;
            after.status = end.status;
        }
        self.end_command(after)
    }

    /// Acts on a failed command as `set -e` says.
    pub(crate) fn end_command(&mut self, state: State) -> Outcome {
        match state.status {
            Status::Code(code) if code != 0 && state.errexit && self.checked == 0 => Outcome::exit(state),
            _ => Outcome::go(state),
        }
    }

    fn redirected(&mut self, inner: &Node, redirects: &[Redirect], mut state: State) -> Outcome {
        let input = self.redirects(redirects, &mut state);
        let had_input = input.is_some();
        self.inputs.extend(input);
        let silent = writes_output(redirects);
        if silent {
            self.captures.push(Capture { text: Text::default(), depth: usize::MAX });
        }
        let out = self.exec(inner, state);
        if silent {
            self.captures.pop();
        }
        if had_input {
            self.inputs.pop();
        }
        out
    }

    fn pipeline(&mut self, bang: bool, parts: &[Node], state: State) -> Outcome {
        if let [only] = parts {
            let out = if bang { self.condition(only, state) } else { self.exec(only, state) };
            return out.and_then(|mut s| {
                if bang {
                    s.status = negate(s.status);
                }
                Outcome::go(s)
            });
        }
        let mut now = state;
        let mut piped = false;
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter().enumerate() {
            self.work += now.weight();
            let outer = now.clone();
            let collect = index < last;
            if collect {
                self.captures.push(Capture { text: Text::default(), depth: now.guards.len() });
                self.checked += 1;
            }
            let end = self.exec(part, now).any();
            if piped {
                self.inputs.pop();
            }
            if collect {
                self.checked -= 1;
                let capture = self.captures.pop().unwrap_or_default();
                self.inputs.push(capture.text);
                piped = true;
            }
            now = outer;
            if let Some(end) = end {
                now.world = end.world;
                now.status = end.status;
            }
        }
        if bang {
            now.status = negate(now.status);
            return Outcome::go(now);
        }
        self.end_command(now)
    }

    /// What a command substitution would print.
    pub(crate) fn substitute(&mut self, body: &Rc<Node>, raw: &str, state: &mut State) -> Text {
        if self.captures.len() > 30 {
            return Text::hole(raw);
        }
        let line = self.line;
        self.work += state.weight();
        self.captures.push(Capture { text: Text::default(), depth: state.guards.len() });
        self.checked += 1;
        let end = self.exec(body, state.clone()).any();
        self.checked -= 1;
        let capture = self.captures.pop().unwrap_or_default();
        self.line = line;
        if let Some(end) = end {
            state.status = end.status;
            state.world = end.world;
        }
        let mut text = chomp(capture.text);
        if text.has_hole() && text.bits.len() == 1 {
            text = Text { assumed: text.assumed, ..Text::hole(raw) };
        }
        text
    }

    /// Adds to the output being collected; certain only outside further conditions.
    pub(crate) fn print(&mut self, text: &Text, state: &State) {
        if let Some(capture) = self.captures.last_mut() {
            if state.guards.len() > capture.depth {
                capture.text.append(&Text::hole(&format!("{text}")));
            } else {
                capture.text.append(text);
            }
        }
    }

    pub(crate) fn call(&mut self, body: &Rc<Node>, args: Vec<Value>, mut state: State) -> Outcome {
        if self.calls >= MAX_CALLS {
            self.note("function calls are nested too deeply");
            return Outcome::go(State { status: Status::unknown("a function"), ..state });
        }
        self.calls += 1;
        let outer = std::mem::replace(&mut state.args, args);
        let mut out = self.exec(body, state);
        self.calls -= 1;
        out.go = super::state::join(out.go.take(), out.ret.take());
        if let Some(state) = &mut out.go {
            state.args = outer;
        }
        out
    }
}

pub(crate) fn writes_output(redirects: &[Redirect]) -> bool {
    redirects.iter().any(|r| matches!(r, Redirect::Write { fd: 1, .. }))
}

fn negate(status: Status) -> Status {
    Status::of(status.truth().not())
}

/// Trailing newlines are cut off a substitution's result.
fn chomp(mut text: Text) -> Text {
    while let Some(super::text::Bit::Lit(last)) = text.bits.last_mut() {
        let kept = last.trim_end_matches('\n').len();
        last.truncate(kept);
        if !last.is_empty() {
            break;
        }
        text.bits.pop();
    }
    text
}
