//! Who may do what: roles and scopes, and what a child may see ([`Profile`]).

mod profile;

pub use profile::{CHANNELS, GROWN, Profile, UNRATED_FROM, pin_fault};

use serde::{Deserialize, Serialize};

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See channels and guide, and play.
    Watch,
    /// Timers and recordings.
    Record,
    /// Own channels.
    Program,
    /// Chat.
    Chat,
    /// The help desk.
    Desk,
    /// Everything that runs the station.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Watch, Self::Record, Self::Program, Self::Chat, Self::Desk, Self::Admin];

    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Record => "record",
            Self::Program => "program",
            Self::Chat => "chat",
            Self::Desk => "desk",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Whom the station belongs to.
    Owner,
    /// Runs it.
    Admin,
    /// Makes channels.
    Programmer,
    /// Answers at the desk.
    Agent,
    /// Watches.
    Viewer,
    /// Watches what is fit for children.
    Child,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::Programmer, Self::Agent, Self::Viewer, Self::Child];

    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Programmer => "programmer",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Child => "child",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it may make, change and remove people of the role `other`. Nobody makes an owner or is above one, and administrators do not make their own kind.
    pub fn may_manage(self, other: Self) -> bool {
        match self {
            Self::Owner => other != Self::Owner,
            Self::Admin => !matches!(other, Self::Owner | Self::Admin),
            _ => false,
        }
    }

    /// What it may do.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Owner | Self::Admin => &Scope::ALL,
            Self::Programmer => &[Scope::Watch, Scope::Record, Scope::Program, Scope::Chat],
            Self::Agent => &[Scope::Watch, Scope::Chat, Scope::Desk],
            Self::Viewer => &[Scope::Watch, Scope::Record, Scope::Chat],
            Self::Child => &[Scope::Watch],
        }
    }
}

/// Why a password is not accepted.
pub fn password_fault(password: &str, name: &str) -> Option<&'static str> {
    let length = password.chars().count();
    if length < 8 {
        Some("The password needs at least 8 characters.")
    } else if length > 256 {
        Some("The password may have at most 256 characters.")
    } else if password.eq_ignore_ascii_case(name) {
        Some("The password must not be the name.")
    } else {
        None
    }
}

/// Why a name is not accepted.
pub fn name_fault(name: &str) -> Option<&'static str> {
    let good = !name.trim().is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    (!good).then_some("A name has 1 to 64 characters.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_more_than_he_has() {
        for one in Role::ALL {
            assert!(!one.may_manage(one), "{one:?} makes no second one");
            for other in Role::ALL {
                let scopes =
                    |role: Role| role.scopes().iter().copied().collect::<std::collections::HashSet<_>>();
                if one.may_manage(other) {
                    assert!(scopes(one).contains(&Scope::Admin) && scopes(one).is_superset(&scopes(other)));
                    assert!(!other.may_manage(one), "{other:?} does not manage {one:?}");
                }
            }
        }
    }

    #[test]
    fn names_outside_are_what_is_stored_and_configured() {
        let scopes = Scope::ALL.map(Scope::name);
        assert_eq!(scopes, ["watch", "record", "program", "chat", "desk", "admin"]);
        let roles = Role::ALL.map(Role::name);
        assert_eq!(roles, ["owner", "admin", "programmer", "agent", "viewer", "child"]);
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.name()), Some(scope));
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        for name in ["", "Admin", " admin", "root"] {
            assert_eq!((Scope::parse(name), Role::parse(name)), (None, None), "{name}");
        }
    }

    #[test]
    fn each_role_may_do_its_own_things_and_manages_those_below_it() {
        use Role::{Admin, Agent, Child, Owner, Programmer, Viewer};
        use Scope::{Chat, Desk, Program, Record, Watch};
        for (role, scopes, managed) in [
            (Owner, &Scope::ALL[..], &[Admin, Programmer, Agent, Viewer, Child][..]),
            (Admin, &Scope::ALL, &[Programmer, Agent, Viewer, Child]),
            (Programmer, &[Watch, Record, Program, Chat], &[]),
            (Agent, &[Watch, Chat, Desk], &[]),
            (Viewer, &[Watch, Record, Chat], &[]),
            (Child, &[Watch], &[]),
        ] {
            let below: Vec<_> = Role::ALL.into_iter().filter(|other| role.may_manage(*other)).collect();
            assert_eq!((role.scopes(), &*below), (scopes, managed), "{role:?}");
        }
    }

    #[test]
    fn a_password_has_eight_to_256_characters_and_is_not_the_name() {
        let [short, long, same] = [
            "The password needs at least 8 characters.",
            "The password may have at most 256 characters.",
            "The password must not be the name.",
        ]
        .map(Some);
        for (password, fault) in [
            ("", short),
            ("seven77", short),
            ("eight888", None),
            ("äöüßäöü", short),
            ("äöüßäöüß", None),
            (&*"x".repeat(256), None),
            (&*"ü".repeat(256), None),
            (&*"x".repeat(257), long),
            ("somebody", same),
            ("SomeBody", same),
            ("somebody ", None),
        ] {
            assert_eq!(password_fault(password, "somebody"), fault, "{password}");
        }
    }

    #[test]
    fn a_name_has_one_to_64_characters_all_of_which_show() {
        for (name, good) in [
            ("a", true),
            ("Ann Other", true),
            (&*"x".repeat(64), true),
            (&*"ü".repeat(64), true),
            (&*"x".repeat(65), false),
            ("", false),
            (" ", false),
            ("\u{a0}", false),
            ("a\nb", false),
            ("a\0", false),
            ("a\u{85}", false),
        ] {
            let fault = (!good).then_some("A name has 1 to 64 characters.");
            assert_eq!(name_fault(name), fault, "{name:?}");
        }
    }
}
