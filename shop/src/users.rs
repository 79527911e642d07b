//! The customers over gRPC (`proto/users.proto`): unary calls, streams in each direction, errors as gRPC statuses.
//!
//! State: ten fixed customers, and the 10,000 newest session tokens in memory. Passwords are for show: `tea-<name>`.

#[expect(unreachable_pub, unused_qualifications, clippy::all, reason = "generated")]
#[rustfmt::skip]
pub(crate) mod proto;

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use futures_util::{Stream, StreamExt as _, stream};
use tonic::{Request, Response, Status, Streaming, service::Routes};

use crate::{call::Caller, recent::Recent};
use proto::{
    Address, GetUserRequest, ImportReply, ListUsersRequest, LoginReply, LoginRequest, SupportMessage, Tier,
    User, WhoAmIRequest,
    users_server::{Users, UsersServer},
};

/// Who may log in.
pub(crate) const NAMES: [&str; 10] =
    ["ada", "ben", "chi", "dora", "emil", "farah", "goran", "hana", "ivo", "june"];

pub(crate) fn router(caller: Caller) -> Router {
    let service = Desk { caller, sessions: Arc::new(Mutex::new(Recent::new(10_000))) };
    Routes::new(UsersServer::new(service)).into_axum_router()
}

/// The customer of this place in the list.
fn user(at: usize) -> Option<User> {
    let name = NAMES.get(at)?;
    let tier = match at % 3 {
        0 => Tier::Gold,
        1 => Tier::Regular,
        _ => Tier::Guest,
    };
    Some(User {
        id: format!("u{at}"),
        name: (*name).to_owned(),
        email: format!("{name}@example.com"),
        tier: tier.into(),
        joined_unix_s: 1_700_000_000 + 86_400 * at as i64,
        addresses: vec![Address {
            user_id: format!("u{at}"),
            street: format!("Harbour Street {}", 2 * at + 1),
            city: "Hamburg".to_owned(),
            postcode: format!("2045{at}"),
            country: "DE".to_owned(),
        }],
    })
}

struct Desk {
    caller: Caller,
    /// Token to place in the list.
    sessions: Arc<Mutex<Recent<String, usize>>>,
}

impl Desk {
    fn sessions(&self) -> MutexGuard<'_, Recent<String, usize>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Users for Desk {
    async fn login(&self, request: Request<LoginRequest>) -> Result<Response<LoginReply>, Status> {
        let LoginRequest { name, password } = request.into_inner();
        let known = NAMES.iter().position(|n| *n == name).filter(|_| password == format!("tea-{name}"));
        let Some(at) = known else {
            return Err(Status::unauthenticated("name and password do not belong together"));
        };
        let chance = self.caller.chance();
        let token = format!("{:016x}{:016x}", chance.bits(), chance.bits());
        self.sessions().insert(token.clone(), at);
        Ok(Response::new(LoginReply { token, user: user(at) }))
    }

    async fn who_am_i(&self, request: Request<WhoAmIRequest>) -> Result<Response<User>, Status> {
        let at = self.sessions().get(&request.into_inner().token).copied();
        let user =
            at.and_then(user).ok_or_else(|| Status::unauthenticated("this session is unknown; log in"))?;
        Ok(Response::new(user))
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<User>, Status> {
        let id = request.into_inner().id;
        let at = id.strip_prefix('u').and_then(|n| n.parse().ok());
        at.and_then(user)
            .map(Response::new)
            .ok_or_else(|| Status::not_found(format!("there is no customer `{id}`")))
    }

    type ListUsersStream = Answers<User>;

    async fn list_users(
        &self,
        request: Request<ListUsersRequest>,
    ) -> Result<Response<Self::ListUsersStream>, Status> {
        let limit = match request.into_inner().limit {
            0 => NAMES.len(),
            limit => limit as usize,
        };
        let users = (0..limit.min(NAMES.len())).filter_map(user).map(Ok);
        Ok(Response::new(Box::pin(stream::iter(users))))
    }

    async fn import_addresses(
        &self,
        request: Request<Streaming<Address>>,
    ) -> Result<Response<ImportReply>, Status> {
        let mut addresses = request.into_inner();
        let mut reply = ImportReply::default();
        while let Some(address) = addresses.message().await? {
            if address.country.len() == 2 && !address.city.is_empty() {
                reply.accepted += 1;
            } else {
                reply.refused += 1;
            }
        }
        if reply == ImportReply::default() {
            return Err(Status::invalid_argument("the stream brought no address"));
        }
        Ok(Response::new(reply))
    }

    type SupportStream = Answers<SupportMessage>;

    async fn support(
        &self,
        request: Request<Streaming<SupportMessage>>,
    ) -> Result<Response<Self::SupportStream>, Status> {
        let answers = request.into_inner().map(|question| {
            let question = question?;
            let text = format!("{}: we heard \"{}\" and will look into it", question.from, question.text);
            Ok(SupportMessage { from: "support".to_owned(), text })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}
