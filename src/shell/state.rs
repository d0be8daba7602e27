//! The state of an abstract run, how two states join, and the ways a command can end.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ir::Node;
use super::text::{Text, Truth, Value};
use super::world::World;

/// How the last command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Code(i32),
    /// An assumption: this code on an ordinary host.
    Likely(i32, Rc<str>),
    /// Not known; the words are the command.
    Unknown(Rc<str>),
}

impl Status {
    pub(crate) const OK: Status = Status::Code(0);

    pub(crate) fn of(truth: Truth) -> Status {
        match truth {
            Truth::Yes => Status::Code(0),
            Truth::No => Status::Code(1),
            Truth::Likely(so, why) => Status::Likely(i32::from(!so), why),
            Truth::Maybe(why) => Status::Unknown(why),
        }
    }

    pub(crate) fn unknown(words: &str) -> Status {
        Status::Unknown(Rc::from(words))
    }

    pub(crate) fn truth(&self) -> Truth {
        match self {
            Status::Code(code) => Truth::of(*code == 0),
            Status::Likely(code, why) => Truth::Likely(*code == 0, why.clone()),
            Status::Unknown(why) => Truth::Maybe(why.clone()),
        }
    }

    /// The value of `$?`.
    pub(crate) fn value(&self) -> Value {
        match self {
            Status::Code(code) => Value::lit(&code.to_string()),
            Status::Likely(code, why) => Value::one(Text::assumed(&code.to_string(), why)),
            Status::Unknown(why) => Value::hole(&format!("the exit status of {why}")),
        }
    }
}

/// Everything that a script can change.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) vars: BTreeMap<String, Value>,
    /// Set after a file was read that may set any variable.
    pub(crate) foreign: Option<Rc<str>>,
    pub(crate) functions: BTreeMap<String, Rc<Node>>,
    pub(crate) args: Vec<Value>,
    pub(crate) errexit: bool,
    /// debconf's frontend runs the script.
    pub(crate) frontend: bool,
    pub(crate) status: Status,
    pub(crate) cwd: String,
    pub(crate) world: World,
    /// Conditions under which this point is reached.
    pub(crate) guards: Vec<Rc<str>>,
}

impl State {
    pub(crate) fn new(args: &[&str], world: World) -> State {
        State {
            vars: BTreeMap::new(),
            foreign: None,
            functions: BTreeMap::new(),
            args: args.iter().map(|a| Value::lit(a)).collect(),
            errexit: false,
            frontend: false,
            status: Status::OK,
            cwd: "/".to_owned(),
            world,
            guards: Vec::new(),
        }
    }

    /// Roughly what a copy costs.
    pub(crate) fn weight(&self) -> usize {
        let world = self.world.paths.len() + self.world.registered.len() + self.world.links.len();
        let args: usize = self.args.iter().map(Value::len).sum();
        256 + 64 * world + args + self.vars.values().map(|v| 32 + v.len()).sum::<usize>()
    }

    pub(crate) fn with_guard(mut self, words: &Rc<str>) -> State {
        self.guards.push(words.clone());
        self
    }

    /// One state that stands for both; what differs becomes a set of values or unknown.
    pub(crate) fn join(mut self, other: State) -> State {
        let common = self.guards.iter().zip(&other.guards).take_while(|(a, b)| a == b).count();
        self.guards.truncate(common);
        let mut theirs = other.vars;
        for (name, value) in &mut self.vars {
            let other = theirs.remove(name).unwrap_or_else(|| Value::lit(""));
            if *value != other {
                *value = value.clone().or(other).bounded(&format!("${name}"));
            }
        }
        for (name, value) in theirs {
            let both = value.or(Value::lit("")).bounded(&format!("${name}"));
            self.vars.insert(name, both);
        }
        self.functions.extend(other.functions);
        self.foreign = self.foreign.or(other.foreign);
        self.errexit = self.errexit && other.errexit;
        self.frontend = self.frontend || other.frontend;
        if self.status != other.status {
            self.status = Status::unknown("the command before");
        }
        if self.cwd != other.cwd {
            self.cwd = String::new();
        }
        if self.args != other.args {
            self.args.iter_mut().for_each(|a| *a = Value::hole("an argument"));
        }
        self.world = self.world.join(other.world);
        self
    }
}

/// The ways out of a command, each with the state there.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) go: Option<State>,
    pub(crate) ret: Option<State>,
    pub(crate) brk: Option<State>,
    pub(crate) cont: Option<State>,
    pub(crate) exit: Option<State>,
}

impl Outcome {
    pub(crate) fn go(state: State) -> Outcome {
        Outcome { go: Some(state), ..Outcome::default() }
    }

    pub(crate) fn exit(state: State) -> Outcome {
        Outcome { exit: Some(state), ..Outcome::default() }
    }

    pub(crate) fn join(self, other: Outcome) -> Outcome {
        Outcome {
            go: join(self.go, other.go),
            ret: join(self.ret, other.ret),
            brk: join(self.brk, other.brk),
            cont: join(self.cont, other.cont),
            exit: join(self.exit, other.exit),
        }
    }

    /// Goes on with the state that falls through; the other ways out are kept.
    pub(crate) fn and_then(mut self, next: impl FnOnce(State) -> Outcome) -> Outcome {
        match self.go.take() {
            None => self,
            Some(state) => {
                let after = next(state);
                self.join(after)
            }
        }
    }

    /// The state at the end, however it was reached.
    pub(crate) fn any(self) -> Option<State> {
        [self.ret, self.brk, self.cont, self.exit].into_iter().fold(self.go, join)
    }
}

pub(crate) fn join(a: Option<State>, b: Option<State>) -> Option<State> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.join(b)),
        (a, b) => a.or(b),
    }
}
