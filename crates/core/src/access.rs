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
        assert_eq!(Role::ALL.iter().filter(|role| Role::Owner.may_manage(**role)).count(), 5);
        assert_eq!(Role::ALL.iter().filter(|role| Role::Admin.may_manage(**role)).count(), 4);
    }
}
